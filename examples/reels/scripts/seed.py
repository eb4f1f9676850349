"""Fill an empty database with made-up games: `python scripts/seed.py [GAMES]` (50)."""

import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.config import settings  # noqa: E402
from app.database import connect, create_tables  # noqa: E402

LABELS = ["goal", "pass", "save", "dribble", "tackle"]


def fill(games: int) -> None:
    """Equal numbers make equal data: each game has 20 annotations and 4 clips."""
    dice = random.Random(games)
    create_tables()
    db = connect()
    db.execute("INSERT INTO sessions (token, coach) VALUES ('demo', 'Ada')")
    for game in range(1, games + 1):
        db.execute(
            "INSERT INTO games (id, name, opponent, season) VALUES (?, ?, ?, ?)",
            (game, f"Game {game}", f"Team {dice.randint(1, 12)}", f"{2015 + game % 10}"),
        )
        for _ in range(20):
            second = round(dice.uniform(0, 5400), 2)
            frames = [{"t": n / 10, "x": dice.random(), "y": dice.random()} for n in range(20)]
            db.execute(
                "INSERT INTO annotations (game_id, second, label, rating, keyframes)"
                " VALUES (?, ?, ?, ?, ?)",
                (game, second, dice.choice(LABELS), dice.randint(1, 5), json.dumps(frames)),
            )
        for number in range(4):
            track = {"boxes": [[round(dice.random(), 3) for _ in range(4)] for _ in range(50)]}
            db.execute(
                "INSERT INTO clips (game_id, filename, rating, tracking) VALUES (?, ?, ?, ?)",
                (game, f"{game}-{number}.mp4", dice.randint(1, 5), json.dumps(track)),
            )
    for project in range(1, games // 5 + 1):
        db.execute(
            "INSERT INTO projects (id, name, format_id) VALUES (?, ?, ?)",
            (project, f"Reel {project}", dice.randint(1, 3)),
        )
        for position in range(10):
            db.execute(
                "INSERT INTO project_clips (project_id, position, clip_id) VALUES (?, ?, ?)",
                (project, position, dice.randint(1, games * 4)),
            )
        for version in (1, 2):
            db.execute(
                "INSERT INTO videos (project_id, version, filename) VALUES (?, ?, ?)",
                (project, version, f"reel-{project}-{version}.mp4"),
            )
    db.commit()
    db.close()
    settings.WEIGHTS.write_bytes(bytes(1_000_000))


if __name__ == "__main__":
    fill(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
