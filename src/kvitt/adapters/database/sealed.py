"""Everything that is sealed, in every table, sealed anew under the present key.

The law: a column that holds sealed text has a name that ends in ``_sealed``, and no other
has: so no column is forgotten, whoever added it. A row is written only where it still
holds what was read, so a text that changed meanwhile is left to its writer.

Marks that orders are found by (``figures.py``) are made anew as well.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.apps import apps
from django.db import models

from kvitt.adapters.database import figures
from kvitt.adapters.database.ledger import snapshots
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.vault import Vault

SUFFIX = "_sealed"
Column: TypeAlias = tuple[type[models.Model], str]
_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Resealed:
    """What a run has done."""

    #: Texts there are, and those that were sealed anew.
    texts: int
    changed: int
    #: Texts that changed while they were being read; another run finds them.
    missed: int


def columns() -> tuple[Column, ...]:
    """Return every column that holds sealed text, of every table."""
    return tuple(
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001 - Django's documented interface
        if field.attname.endswith(SUFFIX)
    )


def reseal(vault: Vault) -> Resealed:
    """Seal everything under the vault's first key. Raises ConfigurationError."""
    texts = changed = missed = 0
    for column in columns():
        for row, sealed in _texts(column):
            texts += 1
            if vault.is_current(_text(sealed)):
                continue
            if _replace(column, row, sealed, vault.rotate(_text(sealed))):
                changed += 1
            else:
                missed += 1
    _mark_anew(vault)
    return Resealed(texts=texts, changed=changed, missed=missed)


def count_by_key(vault: Vault) -> Counter[int]:
    """Return how many texts each key seals, by its place; -1 are those that none opens."""
    return Counter(
        vault.place_of(_text(sealed)) for column in columns() for _, sealed in _texts(column)
    )


def _texts(column: Column) -> Iterator[tuple[Any, str | bytes]]:
    model, name = column
    rows = model._default_manager.exclude(**{name: None})  # noqa: SLF001 - Django's documented interface
    for row, sealed in rows.order_by("pk").values_list("pk", name).iterator(chunk_size=_CHUNK):
        if sealed:
            yield row, sealed


def _replace(column: Column, row: Any, sealed: str | bytes, text: str) -> bool:
    model, name = column
    new = text if isinstance(sealed, str) else text.encode("ascii")
    unchanged = model._default_manager.filter(pk=row, **{name: sealed})  # noqa: SLF001 - the same
    return unchanged.update(**{name: new}) == 1


def _text(sealed: str | bytes) -> str:
    return sealed if isinstance(sealed, str) else bytes(sealed).decode("ascii")


def _mark_anew(vault: Vault) -> None:
    """Make the orders findable under the marks of the present key."""
    for order in Order.objects.exclude(store_sealed="").order_by("pk").iterator(_CHUNK):
        figures.index(order, figures.terms_of(snapshots.read_snapshot(order, vault), vault))
