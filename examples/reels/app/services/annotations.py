"""What coaches mark in a game."""

import sqlite3
from typing import Any


def get_annotations(db: sqlite3.Connection, game_id: int) -> list[sqlite3.Row]:
    """All annotations of one game, with every keyframe."""
    return db.execute(
        "SELECT id, game_id, second, label, rating, keyframes FROM annotations WHERE game_id = ?",
        (game_id,),
    ).fetchall()


def summary(annotations: list[sqlite3.Row]) -> dict[str, Any]:
    """How many there are of each label."""
    counts: dict[str, int] = {}
    for annotation in annotations:
        counts[annotation["label"]] = counts.get(annotation["label"], 0) + 1
    return counts
