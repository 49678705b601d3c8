"""Stock: what an order takes from the shelves and puts back.

`_reduced_stock` on a line says how many it has taken. Products the shop does not count are
left alone.
"""

from dataclasses import replace

from kvitt.sandbox.shop import notes
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import Product
from kvitt.sandbox.shop.records import LineItem, Meta, Order, meta_value, refunded_item_id

REDUCED = "_reduced_stock"


def taken(books: ShopBooks, order: Order) -> Order:
    """Return the order with its goods taken from stock, once."""
    if order.stock_reduced:
        return order
    moves: list[str] = []
    lines = tuple(_move(books, line, line.quantity, moves) for line in order.lines)
    if moves:
        notes.write(books, order.id, f"Stock levels reduced: {', '.join(moves)}")
    return replace(order, lines=lines, stock_reduced=True)


def returned(books: ShopBooks, order: Order) -> Order:
    """Return the order with its goods back in stock."""
    if not order.stock_reduced:
        return order
    moves: list[str] = []
    lines = tuple(_move(books, line, 0, moves) for line in order.lines)
    if moves:
        notes.write(books, order.id, f"Stock levels increased: {', '.join(moves)}")
    return replace(order, lines=lines, stock_reduced=False)


def adjusted(books: ShopBooks, order: Order, line: LineItem, *, author: str) -> LineItem:
    """Return an edited line with stock moved to fit its new quantity."""
    moves: list[str] = []
    line = _move(books, line, line.quantity - _given_back(books, order, line), moves)
    if moves:
        notes.write(books, order.id, f"Adjusted stock: {moves[0]}", author=author)
    return line


def released(books: ShopBooks, line: LineItem) -> None:
    """Put back what a removed line had taken; WooCommerce writes no note of it."""
    _move(books, line, 0, [])


def restocked(books: ShopBooks, order: Order, line: LineItem, quantity: int) -> LineItem:
    """Return a line with refunded goods put back, so that cancelling does not do it again."""
    product = _counted(books, line)
    if product is None or quantity <= 0:
        return line
    before = product.stock or 0
    books.put(replace(product, stock=before + quantity))
    text = f"Item #{product.id} stock increased from {before} to {before + quantity}."
    notes.write(books, order.id, text)
    had = int(meta_value(line.meta, REDUCED) or 0)
    return replace(line, meta=_marked(books, line, max(0, had - quantity)))


def _counted(books: ShopBooks, line: LineItem) -> Product | None:
    product = books.product(line.variation_id or line.product_id)
    return product if product and product.stock is not None else None


def _given_back(books: ShopBooks, order: Order, line: LineItem) -> int:
    """Return how many of a line have been refunded."""
    given = (item for refund in books.refunds(order.id) for item in refund.lines)
    return -sum(item.quantity for item in given if refunded_item_id(item) == line.id)


def _move(books: ShopBooks, line: LineItem, quantity: int, moves: list[str]) -> LineItem:
    product = _counted(books, line)
    had = int(meta_value(line.meta, REDUCED) or 0)
    if product is None or quantity == had:
        return line
    before = product.stock or 0
    after = before + had - quantity
    books.put(replace(product, stock=after))
    moves.append(f"{product.name} ({before}&rarr;{after})")
    return replace(line, meta=_marked(books, line, quantity))


def _marked(books: ShopBooks, line: LineItem, quantity: int) -> tuple[Meta, ...]:
    others = tuple(meta for meta in line.meta if meta.key != REDUCED)
    if quantity == 0:
        return others
    old = next((meta for meta in line.meta if meta.key == REDUCED), None)
    meta_id = old.id if old else books.next_id("item_meta")
    return (*others, Meta(id=meta_id, key=REDUCED, value=str(quantity)))
