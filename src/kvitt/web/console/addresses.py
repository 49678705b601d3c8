"""Addresses of the console's own pages, for lists that write the same ones in every row.

The law: an address is what ``django.urls.reverse`` says, asked once for each page instead of
once for each row.
"""

from functools import cache

from django.urls import get_script_prefix, reverse

#: A row id that stands in an address once and is no part of any path.
_SOME_ORDER = 987_654_321


def of_order(name: str, order: int) -> str:
    """Return an address whose only argument is an order's row id. Raises NoReverseMatch."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{order}{after}"


def of_page(name: str) -> str:
    """Return an address without arguments. Raises NoReverseMatch."""
    return _plain(name, get_script_prefix())


@cache
def _around(name: str, _mounted_at: str) -> tuple[str, str]:
    before, _order, after = reverse(name, args=(_SOME_ORDER,)).partition(str(_SOME_ORDER))
    return before, after


@cache
def _plain(name: str, _mounted_at: str) -> str:
    return reverse(name)
