"""Reading in a few batches, before a loop, what the loop reads one by one: shared by codemods that do so.

`read` finds such a loop, `doubts` says what speaks against it, `code` and `edits` write what is the
same for all libraries, `firestore` what is particular to Firestore.
"""
