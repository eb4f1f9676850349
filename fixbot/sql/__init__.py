"""What a project's SQL does, told by SQLite itself: for codemods that look at queries.

`texts` finds SQL in Python code, `statements` splits it, `schema` makes the project's tables in an
in-memory database, `plans` asks that database how it would run a query, `predicates` says what a
query compares, `indexes` tries which index helps, and `placing` writes it beside its table. Nothing
of the project's data is read but how many rows a table has, and nothing of it is written.
"""
