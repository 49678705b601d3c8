"""What acceptance tests need: the installed command, running."""

from running import demo

__all__ = ["demo"]
