"""sqlmodel.ext: the package of which something is known."""
