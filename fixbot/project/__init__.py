"""READ: bytes -> ast. Which files there are, what their names mean, what each call resolves to and does."""
