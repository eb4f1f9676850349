"""WRITE: findings' edits -> LibCST -> new text, checked by gates before a byte is written."""
