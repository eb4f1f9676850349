"""django: what is not here is the installed one."""
