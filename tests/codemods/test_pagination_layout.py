"""pagination of SQL lists: what the code looks like afterwards, and that it keeps its author's layout."""

from __future__ import annotations

from codemods.pagination import codemod
from fixbot import engine, testing
from fixbot.model import Safety
from tests import sql_pages
from tests.paging_services import (
    AGREE,
    DIRECT,
    EQUAL,
    LINES,
    MIXED,
    NULLS,
    UNNAMED,
    UNORDERED,
    body,
)
from tests.sql_pages import paged


def test_a_query_of_several_lines_stays_as_it_is_laid_out() -> None:
    assert '''\
    query = """
        SELECT id, slug
        FROM games
        WHERE owner = ?"""
    values: list[Any] = [owner]
    if start_after is not None:
        query += " AND id < ?"
        values.append(start_after)
    query += """
        ORDER BY id DESC
        """
    if limit is not None:
        query += " LIMIT ?"
        values.append(limit + 1)  # one more tells whether there are more
    rows = db.execute(query, values).fetchall()
''' in paged(LINES)


def test_columns_of_one_direction_are_compared_as_one() -> None:
    """In the author's variable and letters; a comment ends its line, and nothing needs a semicolon."""
    assert '''\
    sql = """select id, score, slug
               from games  -- all of them
              where owner = ?  -- theirs"""
    games = []
    try:
        values: list[Any] = [owner]
        if start_after is not None:
            sql += "\\nand (score, id) < (?, ?)"
            values.extend(start_after)
        sql += """
              order by score desc, id desc"""
        if limit is not None:
            sql += " limit ?"
            values.append(limit)
        for row in db.execute(sql, values):
''' in paged(AGREE)


def test_columns_of_both_directions_are_compared_one_by_one() -> None:
    assert """\
    query = (
        f"SELECT {COLUMNS} FROM games "
        "WHERE owner = ?"
    )
    values: list[Any] = [owner]
    if start_after is not None:
        query += " AND score <= ? AND (score < ? OR id > ?)"
        values.extend(start_after[i] for i in (0, 0, 1))
    query += (
        " "
        "ORDER BY score DESC, id"
    )
""" in paged(MIXED)


def test_a_column_that_may_be_null() -> None:
    assert """\
            query += (
                " AND (day < ?"
                " OR (day IS NULL AND ? IS NOT NULL)"
                " OR (day IS ? AND score >= ? AND (score > ? OR id > ?)))"
            )
            values.extend(start_after[i] for i in (0, 0, 0, 1, 1, 2))
""" in paged(NULLS)


def test_what_a_route_gets_for_several_columns() -> None:
    assert """\
@app.get("/games")
def get_games(
    owner: str,
    limit: Annotated[Optional[int], Query(ge=1, le=100)] = None,
    start_after: Annotated[Optional[list[Any]], Depends(cursor_of_two)] = None,
) -> dict[str, Union[list[dict], bool, str, None]]:
    paging: dict[str, Any] = {}
    if limit is not None:
        paging["limit"] = limit + 1  # one more tells whether there are more
    if start_after is not None:
        paging["start_after"] = start_after
    games = list_games(connect(), owner, **paging)
    more: dict[str, Any] = {}
    if limit is not None:
        more["has_more"] = len(games) > limit
        games = games[:limit]
        more["next_cursor"] = None
        if more["has_more"]:
            more["next_cursor"] = json.dumps([games[-1][key] for key in ("points", "id")])
    return {"games": games, **more}
""" in paged(AGREE)


def test_two_lists_of_one_file_share_the_reader() -> None:
    text = MIXED + body(MIXED).replace("games(", "more_games(").replace('"/games"', '"/more"')
    with testing.opened(text) as project:
        after = engine.apply(project, [codemod], {Safety.REVIEW}).texts[testing.MODULE]
    assert after.count("def cursor_of_two(") == 1
    assert after.count("Depends(cursor_of_two)") == 2


def test_pages_of_equal_rows_are_ordered_by_the_key_too() -> None:
    assert '''\
    if start_after is not None:
        query += " AND (score, id) < (?, ?)"
        values.extend(start_after)
    query += """
        ORDER BY score DESC
        """
    if limit is not None:
        query += ", id DESC LIMIT ?"
''' in paged(EQUAL)
    assert """\
    query = "SELECT * FROM games"
    values: list[Any] = []
    if start_after is not None:
        query += " WHERE id > ?"
        values.append(start_after)
    if limit is not None:
        query += " ORDER BY id LIMIT ?"
""" in paged(UNORDERED)
    for text in (EQUAL, UNORDERED):
        [finding] = testing.findings_of(codemod, text)
        assert "pages are ordered by `id` too" in finding.reason


def test_a_list_that_is_made_in_the_answer_gets_a_name() -> None:
    assert paged(UNNAMED).endswith("""\
    if limit is not None:
        query += " LIMIT ?"
        values.append(limit + 1)  # one more tells whether there are more
    cursor.execute(query, values)

    # newest last
    games = [
        {"id": row["id"], "slug": row["slug"]}
        for row in cursor.fetchall()
    ]
    more: dict[str, Any] = {}
    if limit is not None:
        more["has_more"] = len(games) > limit
        games = games[:limit]
        more["next_cursor"] = games[-1]["id"] if more["has_more"] else None
    return {
        "games": games,  # with their numbers
        "owner": owner,  # who asked
        **more,
    }
""")


def test_a_list_that_the_answer_calls_for_gets_a_name() -> None:
    assert """\
    # newest first
    paging: dict[str, Any] = {}
    if limit is not None:
        paging["limit"] = limit + 1  # one more tells whether there are more
    if start_after is not None:
        paging["start_after"] = start_after
    games = list_games(
        connect(), owner,
        **paging
    )
    more: dict[str, Any] = {}
""" in paged(DIRECT)


def test_a_list_whose_key_is_no_name_is_called_items() -> None:
    for key in ("the games", "class", "list", "cursor", "query"):
        assert "\n    items = [\n" in paged(sql_pages.but(('"games": [', f'"{key}": ['), text=UNNAMED))
