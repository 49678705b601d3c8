"""What an order does not say of its products: whether they are virtual, and their page.

Asked for once and remembered, for orders share products and every call is a request to
a small host.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from kvitt.adapters.fields import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductFacts:
    """Facts about one product or variation; empty where the shop no longer has it."""

    virtual: bool | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class ProductKey:
    """A product, or a variation of one (0 where there is none)."""

    product: int
    variation: int = 0

    @property
    def id(self) -> int:
        """Return the id that the facts are kept under: one counter numbers both."""
        return self.variation or self.product


def keys_of(lines: Iterable[Fields]) -> tuple[ProductKey, ...]:
    """Return the products on an order's lines; deleted ones have no id."""
    found = (
        ProductKey(line.whole("product_id", 0), line.whole("variation_id", 0)) for line in lines
    )
    return tuple(dict.fromkeys(key for key in found if key.product > 0))


def parse_products(items: Sequence[Fields]) -> dict[int, ProductFacts]:
    """Read the shop's answer, by id."""
    return {
        item.whole("id"): ProductFacts(
            virtual=item.flag("virtual"), url=web_address(item.text("permalink"))
        )
        for item in items
    }


def web_address(text: str) -> str:
    """Return an address that may be shown to a customer, or nothing."""
    return text if text.startswith(("https://", "http://")) else ""


class Shelf:
    """Products asked about lately; the least used make room. Safe between threads."""

    def __init__(self, *, room: int = 2048) -> None:
        self._room = room
        self._facts: OrderedDict[int, ProductFacts] = OrderedDict()
        self._lock = Lock()

    def find(self, keys: Iterable[ProductKey]) -> dict[int, ProductFacts]:
        """Return what is known of these."""
        with self._lock:
            found = {key.id: self._facts[key.id] for key in keys if key.id in self._facts}
            for number in found:
                self._facts.move_to_end(number)
            return found

    def put(self, facts: Mapping[int, ProductFacts]) -> None:
        """Remember these."""
        with self._lock:
            for number, fact in facts.items():
                self._facts[number] = fact
                self._facts.move_to_end(number)
            while len(self._facts) > self._room:
                self._facts.popitem(last=False)
