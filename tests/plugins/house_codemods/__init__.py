"""A third party's codemods, for tests: quick to run, and with every kind of finding."""

from house_codemods import modern_names, one_limit

ALL = (modern_names.codemod, one_limit.codemod)
