"""The shop's books: every record it keeps, its counters, its clock, and one lock around them.

Law: a record is only ever replaced, never changed, so what a reader holds is a snapshot that
stays true to itself. A change of several records happens inside `locked()`; with a file behind
it, leaving the outermost `locked()` is the commit, also when the shop refused half way, because
WooCommerce keeps the first half too (woocommerce-facts.md §4).
"""

import dataclasses
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from kvitt.sandbox.shop import codec
from kvitt.sandbox.shop.catalogue import ApiKey, Coupon, Product, Settings, TaxRate, Webhook
from kvitt.sandbox.shop.cellar import Cellar
from kvitt.sandbox.shop.records import Note, Order, Refund

Clock = Callable[[], datetime]
#: Gives a random text of so many letters and digits.
Tokens = Callable[[int], str]


class Numbered(Protocol):
    """A record with an id."""

    @property
    def id(self) -> int:
        """What the record is filed under."""


R = TypeVar("R", bound=Numbered)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A webhook delivery that waits for the shop's queue to run."""

    id: int
    webhook_id: int
    order_id: int
    due: datetime


KINDS: dict[str, type[Any]] = {
    "order": Order,
    "refund": Refund,
    "note": Note,
    "product": Product,
    "tax_rate": TaxRate,
    "coupon": Coupon,
    "api_key": ApiKey,
    "webhook": Webhook,
    "pending": Pending,
}
_KIND_OF = {kind: name for name, kind in KINDS.items()}

#: These share one counter, as posts do in WordPress, so order numbers have gaps.
_COUNTER = {"order": "post", "refund": "post", "product": "post", "coupon": "post"}


class ShopBooks:
    """Everything one shop knows, in memory and optionally in a file."""

    def __init__(self, cellar: Cellar, *, clock: Clock, tokens: Tokens) -> None:
        self.tokens = tokens
        #: Set whenever something was queued, so that a deliverer need not poll for it.
        self.stirred = threading.Event()
        #: Set when an admin page was opened: a shop with a dead cron delivers only then.
        self.visited = threading.Event()
        self._clock = clock
        self._cellar = cellar
        self._lock = threading.RLock()
        self._depth = 0
        self._shelves: dict[str, dict[int, Any]] = {}
        self._attached: dict[tuple[str, int], dict[int, Any]] = {}
        self._counters: dict[str, int] = {}
        self._settings = Settings()
        self._fill()

    @classmethod
    def open(cls, path: Path | None, *, clock: Clock, tokens: Tokens) -> "ShopBooks":
        """Return the books in a file, or in memory when there is no path."""
        return cls(Cellar(path), clock=clock, tokens=tokens)

    def close(self) -> None:
        """Let go of the file."""
        self._cellar.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the books for a change of several records."""
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._cellar.commit()

    def instant(self) -> datetime:
        """Return the shop's time to the microsecond."""
        return self._clock() + timedelta(seconds=self._counters.get("clock_offset", 0))

    def now(self) -> datetime:
        """Return the shop's time as it is written down: to the second."""
        return self.instant().replace(microsecond=0)

    def move_clock(self, seconds: int) -> None:
        """Put the shop's clock forward, or back, by some seconds."""
        with self.locked():
            self._set_counter("clock_offset", self._counters.get("clock_offset", 0) + seconds)

    @property
    def settings(self) -> Settings:
        """The shop's settings as they are now."""
        return self._settings

    def change_settings(self, **fields: Any) -> Settings:
        """Replace some settings and return all of them."""
        with self.locked():
            self._settings = dataclasses.replace(self._settings, **fields)
            self._keep("settings", 0, self._settings)
        self.stirred.set()
        return self._settings

    def next_id(self, counter: str) -> int:
        """Return the next number of a counter: post, item, meta, note, tax_rate and so on."""
        with self.locked():
            number = self._counters.get(counter, 0) + 1
            self._set_counter(counter, number)
            return number

    def next_id_of(self, kind: type[Any]) -> int:
        """Return the id the next record of a kind gets."""
        name = _KIND_OF[kind]
        return self.next_id(_COUNTER.get(name, name))

    def put(self, record: R) -> R:
        """File a record under its id, in place of an older one."""
        name = _KIND_OF[type(record)]
        with self.locked():
            self._shelves[name][record.id] = record
            self._attach(name, record)
            counter = _COUNTER.get(name, name)
            if record.id > self._counters.get(counter, 0):
                self._set_counter(counter, record.id)
            self._keep(name, record.id, record)
        return record

    def get(self, kind: type[R], record_id: int) -> R | None:
        """Return a record by its id."""
        with self._lock:
            found: R | None = self._shelves[_KIND_OF[kind]].get(record_id)
        return found

    def every(self, kind: type[R]) -> list[R]:
        """Return all records of a kind, oldest first."""
        with self._lock:
            return list(self._shelves[_KIND_OF[kind]].values())

    def remove(self, record: Numbered) -> None:
        """Take a record out of the books for good."""
        name = _KIND_OF[type(record)]
        with self.locked():
            self._shelves[name].pop(record.id, None)
            self._attached.get((name, getattr(record, "order_id", 0)), {}).pop(record.id, None)
            self._cellar.erase(name, record.id)

    def order(self, order_id: int) -> Order | None:
        """Return an order, also a trashed one."""
        return self.get(Order, order_id)

    def orders(self) -> list[Order]:
        """Return every order, trash included, newest first."""
        return sorted(self.every(Order), key=lambda o: (o.created, o.id), reverse=True)

    def refunds(self, order_id: int) -> list[Refund]:
        """Return the refunds of an order, newest first."""
        mine: list[Refund] = self._of_order("refund", order_id)
        return sorted(mine, key=lambda r: (r.created, r.id), reverse=True)

    def notes(self, order_id: int) -> list[Note]:
        """Return the notes of an order, newest first."""
        mine: list[Note] = self._of_order("note", order_id)
        return sorted(mine, key=lambda n: (n.created, n.id), reverse=True)

    def products(self) -> list[Product]:
        """Return every product and variation."""
        return self.every(Product)

    def product(self, product_id: int) -> Product | None:
        """Return a product or a variation."""
        return self.get(Product, product_id)

    def tax_rates(self) -> list[TaxRate]:
        """Return the shop's tax table."""
        return self.every(TaxRate)

    def coupons(self) -> list[Coupon]:
        """Return every coupon."""
        return self.every(Coupon)

    def coupon(self, code: str) -> Coupon | None:
        """Return the coupon with a code; case does not matter."""
        return next((c for c in self.coupons() if c.code == code.lower()), None)

    def webhooks(self) -> list[Webhook]:
        """Return every webhook."""
        return self.every(Webhook)

    def api_keys(self) -> list[ApiKey]:
        """Return every REST key."""
        return self.every(ApiKey)

    def dump(self) -> dict[str, Any]:
        """Return everything, as JSON values."""
        with self._lock:
            shelves = {
                name: [codec.plain(record) for record in shelf.values()]
                for name, shelf in self._shelves.items()
            }
            settings = codec.plain(self._settings)
            return {"settings": settings, "counters": dict(self._counters), **shelves}

    def load(self, dump: dict[str, Any]) -> None:
        """Replace everything with what `dump` returned once."""
        with self.locked():
            self.reset()
            for name, kind in KINDS.items():
                for value in dump.get(name, ()):
                    self.put(codec.record(kind, value))
            for counter, value in dump.get("counters", {}).items():
                self._set_counter(counter, value)
            self._settings = codec.record(Settings, dump.get("settings", {}))
            self._keep("settings", 0, self._settings)

    def reset(self, *, keep: Collection[str] = ()) -> None:
        """Empty the books but for the settings and the kinds to keep; counting starts anew."""
        with self.locked():
            kept = [record for name in keep for record in self._shelves[name].values()]
            settings = self._settings
            self._cellar.empty()
            self._fill()
            for record in kept:
                self.put(record)
            self.change_settings(**codec.fields(settings))

    def _keep(self, kind: str, record_id: int, record: Any) -> None:
        if self._cellar.keeps:
            self._cellar.write(kind, record_id, codec.dumps(record))

    def _attach(self, kind: str, record: Any) -> None:
        """Find notes and refunds by their order without going through all of them."""
        order_id = getattr(record, "order_id", None)
        if order_id is not None:
            self._attached.setdefault((kind, order_id), {})[record.id] = record

    def _of_order(self, kind: str, order_id: int) -> list[Any]:
        with self._lock:
            return list(self._attached.get((kind, order_id), {}).values())

    def _set_counter(self, counter: str, value: int) -> None:
        self._counters[counter] = value
        self._cellar.write_counter(counter, value)

    def _fill(self) -> None:
        self._shelves = {
            name: {
                record_id: codec.loads(kind, text)
                for record_id, text in self._cellar.read(name)
            }
            for name, kind in KINDS.items()
        }
        self._attached = {}
        for name, shelf in self._shelves.items():
            for record in shelf.values():
                self._attach(name, record)
        self._counters = self._cellar.counters()
        stored = self._cellar.read("settings")
        self._settings = codec.loads(Settings, stored[0][1]) if stored else Settings()
