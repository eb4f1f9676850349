"""What a project's SQL does, told by SQLite itself: for codemods that look at queries.

`texts` finds SQL in Python code, `statements` splits it. `sources` gathers what describes tables: strings, `.sql` files,
`models` (their `members` and `tables`) and `migrations`. `schema` has `making` make them in an in-memory database, `plans` asks
that database how it would run a query, `predicates` says what a query compares, `indexes` tries which index helps, `advising` which few
help all queries, and `placing` says where one is written. Nothing of the project's data is read but how many rows a table has, and nothing of it is written.
"""
