"""Reading in a few batches, before a loop, what the loop reads one by one: shared by codemods that do so.

`read` finds such a loop, `doubts` says what speaks against it, `code` and `edits` write what is the
same for all libraries. What is particular: `firestore`; `queries`, `query_doubts`, `rows` and `apart`
for SQL; `objects` and `object_doubts` for the objects of an ORM. `lookup` is what the last two write alike.
"""
