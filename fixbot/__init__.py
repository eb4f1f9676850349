"""fixbot finds performance anti-patterns in async Python web services and fixes those it can prove safe."""

__version__ = "0.1.0"
