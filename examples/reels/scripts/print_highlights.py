"""Print the highlights of a game. Written when annotations were called highlights."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.database import connect  # noqa: E402


def main(game_id: int) -> None:
    db = connect()
    for row in db.execute("SELECT second, label FROM highlights WHERE game_id = ?", (game_id,)):
        print(f"{row['second']:8.2f}  {row['label']}")
    db.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
