"""Awaiting at once, with `asyncio.gather`, what code awaits one after the other: the larger parts of parallel-awaits.

`onebyone` finds such a loop or comprehension, `forms` says how it can be written, `doubts` and
`sharing` what speaks against it, `edits` writes it; `pairs` is about awaits in consecutive statements.
"""
