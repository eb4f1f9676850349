"""sqlalchemy.ext: the packages of which something is known."""
