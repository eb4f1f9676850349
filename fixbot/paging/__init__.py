"""Lists that a route answers with: where they are read without a limit, and what a page of them takes."""
