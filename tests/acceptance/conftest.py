"""What acceptance tests need: the installed command running, and a browser."""

from browsing import browser, page_factory
from running import demo

__all__ = ["browser", "demo", "page_factory"]
