"""Order notes: what the shop, a program or a person wrote beside an order.

A note moves no date and fires no webhook (woocommerce-facts.md §6). Since WooCommerce 11 every
mail leaves a note as well, so notes are noisy here too.
"""

import re

from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.records import Note

SYSTEM = "WooCommerce"

_ALLOWED = frozenset(
    "a abbr acronym b bdi blockquote br cite code del em i p q s span strike strong".split()
)
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)\b[^>]*>")
_BARE_AMPERSAND = re.compile(r"&(?!(?:[a-zA-Z][a-zA-Z0-9]*|#[0-9]+|#x[0-9a-fA-F]+);)")


def clean(text: str) -> str:
    """Return a note's text as WordPress stores it: harmless tags stay, others go."""
    kept = _TAG.sub(lambda tag: tag[0] if tag[1].lower() in _ALLOWED else "", text)
    return _BARE_AMPERSAND.sub("&amp;", kept).strip()


def write(
    books: ShopBooks, order_id: int, text: str, *, author: str = "", customer_note: bool = False
) -> Note:
    """Write a note and return it; without an author it is the shop's own."""
    note = Note(
        id=books.next_id_of(Note),
        order_id=order_id,
        author=author or SYSTEM,
        created=books.now(),
        text=clean(text),
        customer_note=customer_note,
        by_user=bool(author),
    )
    books.put(note)
    if customer_note:
        mailed(books, order_id, "Customer note")
    return note


def mailed(books: ShopBooks, order_id: int, title: str) -> None:
    """Write the note that a mail was sent."""
    write(books, order_id, f'Email "{title}" sent.')
