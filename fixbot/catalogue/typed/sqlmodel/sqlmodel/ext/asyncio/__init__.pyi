"""sqlmodel.ext.asyncio: the session stands in `session`."""
