"""The errors that reach a person. Each message says what is wrong and what to do about it."""

from __future__ import annotations


class FixbotError(Exception):
    """Something that stops the run; the command line prints it and exits with 2."""


class ConfigError(FixbotError):
    """A wrong setting: names the key, where it stands and the values allowed."""


class ProjectError(FixbotError):
    """The analysed folder cannot be used at all."""


class TypesError(FixbotError):
    """The type checker is missing, does not answer or keeps dying."""


class ForgeError(FixbotError):
    """A forge (GitHub, or the local one) refused, failed or did not answer; the text never holds the token."""
