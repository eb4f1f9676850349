"""Parts of the codemod duplicate-blocks: which code is equal, which never runs, and how to take it out."""
