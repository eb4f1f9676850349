"""Committed merge conflicts, from marker to resolution, for the codemod merge-conflicts.

`markers` takes a file apart, `history` makes the merge again that left it and finds the `bases`, `rules` answers each
conflict (with `imports` and `weaving`, which works on `tokens`), `resolution` decides for the file as a whole: nothing
may be lost (`versions`, `features`) but what finds a home by `grafting`.
"""
