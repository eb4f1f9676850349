"""sqlmodel.orm: the session stands in `session`."""
