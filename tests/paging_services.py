"""Services with SQL lists as most are written: on several lines, ordered by several columns, NULL among them."""

from __future__ import annotations

from tests import sql_pages

TABLES = """\
CREATE TABLE games (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    owner TEXT,
    day TEXT,
    score REAL NOT NULL,
    picture BLOB
)"""
HEAD = f'''\
import sqlite3
from fastapi import FastAPI

app = FastAPI()
PATH = "games.db"
TABLES = """{TABLES}"""
COLUMNS = "id, day, score"


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(PATH)
    db.row_factory = sqlite3.Row
    return db


'''
LINES = (
    HEAD
    + '''\
@app.get("/games")
def get_games(owner: str):
    db = connect()
    rows = db.execute(
        """
        SELECT id, slug
        FROM games
        WHERE owner = ?
        ORDER BY id DESC
        """,
        (owner,),
    ).fetchall()
    games = [dict(row) for row in rows]
    return {"games": games}
'''
)
AGREE = (
    HEAD
    + '''\
def list_games(db: sqlite3.Connection, owner: str) -> list[dict]:
    sql = """select id, score, slug
               from games  -- all of them
              where owner = ?  -- theirs
              order by score desc, id desc;
    """
    games = []
    try:
        for row in db.execute(sql, (owner,)):
            games.append({"id": row["id"], "name": row["slug"], "points": row["score"]})
    finally:
        db.close()
    return games


@app.get("/games")
def get_games(owner: str) -> dict[str, list[dict]]:
    games = list_games(connect(), owner)
    return {"games": games}
'''
)
MIXED = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str) -> dict:
    db = connect()
    rows = db.execute(
        f"SELECT {COLUMNS} FROM games "
        "WHERE owner = ? "
        "ORDER BY score DESC, id",
        [owner],
    )
    games = [{"id": id, "day": day, "score": score} for id, day, score in rows]
    return {"games": games}
"""
)
NULLS = (
    HEAD.replace("import sqlite3\n", "import aiosqlite\nimport sqlite3\n")
    + '''\
@app.get("/games")
async def get_games(owner: str):
    async with aiosqlite.connect(PATH) as db:
        db.row_factory = aiosqlite.Row
        cursor = await db.execute("""
            SELECT * FROM games
            WHERE owner = ?
            ORDER BY day DESC, score, id
        """, (owner,))
        rows = await cursor.fetchall()
    games = [{"id": row["id"], "day": row["day"], "score": row["score"]} for row in rows]
    return {"games": games}
'''
)
SLUGS = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str):
    rows = connect().execute("SELECT slug, id FROM games ORDER BY games.slug").fetchall()
    games = [dict(row) for row in rows]
    return {"games": games}
"""
)
EQUAL = (
    HEAD
    + '''\
@app.get("/games")
def get_games(owner: str):
    rows = connect().execute(
        """
        SELECT id, slug, score
        FROM games
        WHERE owner = ?
        ORDER BY score DESC
        """,
        (owner,),
    )
    games = [dict(row) for row in rows]
    return {"games": games}
'''
)
UNORDERED = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str):
    rows = connect().execute("SELECT * FROM games").fetchall()
    games = [dict(row) for row in rows]
    return {"games": games}
"""
)
UNNAMED = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str) -> dict:
    cursor = connect().cursor()
    cursor.execute("SELECT id, slug FROM games ORDER BY id;")

    # newest last
    return {
        "games": [
            {"id": row["id"], "slug": row["slug"]}
            for row in cursor.fetchall()
        ],  # with their numbers
        "owner": owner,  # who asked
    }
"""
)
STARRED = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str):
    rows = connect().execute("SELECT * FROM games ORDER BY id").fetchall()
    return {"games": [{"id": row[0], "slug": row[1]} for row in rows]}
"""
)
DIRECT = sql_pages.but(
    (
        '    games = list_games(connect(), owner)\n    return {"games": games}\n',
        '    # newest first\n    return {\n        "owner": owner,\n        "games": list_games(\n            connect(), owner\n        ),\n    }\n',
    ),
    ("-> dict[str, list[dict]]:", "-> dict:"),
    text=AGREE,
)
SERVED = (
    HEAD
    + """\
def list_games(owner: str) -> list[dict]:
    if owner == "nobody":
        return []
    rows = connect().execute("SELECT slug, id FROM games WHERE owner = ? ORDER BY slug", (owner,))
    return [dict(row) for row in rows]


@app.get("/games")
def get_games(owner: str):
    return {"games": list_games(owner)}
"""
)
COMPLETED = {"equal": EQUAL, "unordered": UNORDERED}
"""Lists that pages have to be ordered further for."""
TEXTS = {
    "lines": LINES,
    "agree": AGREE,
    "mixed": MIXED,
    "nulls": NULLS,
    "slugs": SLUGS,
    "unnamed": UNNAMED,
    "starred": STARRED,
    "direct": DIRECT,
    "served": SERVED,
}
JOINT = {name: TEXTS[name] for name in ("agree", "mixed", "nulls")}


def body(text: str) -> str:
    """The code below the head of the services."""
    return text.partition("    return db\n\n\n")[2]
