"""Meta data: the same key again updates it, an id names it, and null takes it away."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.records import Meta


def merged(
    books: ShopBooks,
    metas: tuple[Meta, ...],
    entries: Iterable[Mapping[str, Any]] | None,
    counter: str = "meta",
) -> tuple[Meta, ...]:
    """Return meta data as REST-shaped entries change it."""
    kept = list(metas)
    for entry in entries or ():
        _put(books, kept, entry, counter)
    return tuple(kept)


def set_value(
    books: ShopBooks, metas: tuple[Meta, ...], key: str, value: Any
) -> tuple[Meta, ...]:
    """Return meta data with one key set, or taken away when the value is None."""
    return merged(books, metas, [{"key": key, "value": value}])


def added(books: ShopBooks, metas: tuple[Meta, ...], key: str, value: Any) -> tuple[Meta, ...]:
    """Return meta data with one more entry, also when the key is there already."""
    return (*metas, Meta(id=books.next_id("meta"), key=key, value=value))


def without(metas: tuple[Meta, ...], *keys: str) -> tuple[Meta, ...]:
    """Return meta data without some keys."""
    return tuple(meta for meta in metas if meta.key not in keys)


def _put(books: ShopBooks, kept: list[Meta], entry: Mapping[str, Any], counter: str) -> None:
    key, value = str(entry.get("key", "")), entry.get("value")
    wanted = entry.get("id")
    for place, meta in enumerate(kept):
        if meta.id == wanted if wanted else meta.key == key:
            if value is None:
                del kept[place]
            else:
                kept[place] = replace(meta, key=key or meta.key, value=value)
            return
    if value is not None and key:
        kept.append(Meta(id=books.next_id(counter), key=key, value=value))
