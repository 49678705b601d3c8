"""What the doors of the program are given: the console's pages and the HTTP API.

The law: a view asks one desk, and which desk that is is said here, once, before the first
request.
"""

from kvitt.bootstrap.parts import Parts
from kvitt.bootstrap.shops import shops_of


def open_console(parts: Parts) -> None:
    """Give the console and the API the desk that carries out what operators ask."""
    from kvitt.web import bulk, desk
    from kvitt.web.console.shops import desk as shop_desk

    desk.use(parts.desk)
    bulk.use(parts.bulk)
    shop_desk.use(shops_of(parts))
