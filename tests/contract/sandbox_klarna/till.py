"""A till: the smallest shop that can talk to the sandbox's Klarna, over plain HTTP."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from kvitt.sandbox.klarna import Books, Clock, Ids, KlarnaApp, Purchase, Settings, demo_merchant
from kvitt.sandbox.klarna.orders import Json

#: A Thursday at nine, so that midnight is far.
START = datetime(2026, 1, 15, 9, tzinfo=UTC)
USER, PASSWORD = "PK12345_demo", "secret"
ORDERS = "/ordermanagement/v1/orders"


def line(
    name: str = "Mug", *, price: int = 1000, quantity: int = 1, kind: str = "physical"
) -> Json:
    """Return an order line without tax that adds up."""
    return {
        "type": kind,
        "name": name,
        "reference": name.lower(),
        "quantity": quantity,
        "unit_price": price,
        "total_amount": price * quantity,
        "tax_rate": 0,
        "total_tax_amount": 0,
    }


@dataclass(kw_only=True)
class Till:
    """One sandbox in memory, or in a file, and a merchant's calls to it."""

    path: Path | None = None
    settings: Settings = field(
        default_factory=lambda: Settings(merchants=(demo_merchant(PASSWORD),))
    )
    clock: Clock = field(default_factory=lambda: Clock.standing(START))
    #: Statuses the shop's notification address answers with, last one again and again.
    listens: list[int] = field(default_factory=lambda: [200])
    unreachable: bool = False
    heard: list[tuple[str, Json]] = field(default_factory=list)
    #: What a slow or silent answer does instead of waiting.
    pause: Callable[[float], None] = lambda _seconds: None
    paused: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.books = Books.open(
            self.path, clock=self.clock, ids=Ids("till"), settings=self.settings
        )
        self.app = KlarnaApp(self.books, sender=self._listen, pause=self._pause)
        self.client = Client(self.app)

    def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.pause(seconds)

    def _listen(self, url: str, body: Json | None) -> int:
        if self.unreachable:
            raise ConnectionRefusedError
        self.heard.append((url, body or {}))
        return self.listens.pop(0) if len(self.listens) > 1 else self.listens[0]

    def place(self, amount: int = 1000, **purchase: Any) -> str:
        """Place an order of one line and return its id."""
        purchase.setdefault("order_lines", (line(price=amount),))
        return self.books.place_order(
            Purchase(merchant_id=USER, order_amount=amount, **purchase)
        )

    def call(
        self, method: str, path: str, body: Json | None = None, *, key: str = "", **more: Any
    ) -> TestResponse:
        """Call Klarna with the merchant's credentials."""
        headers = more.pop("headers", {})
        if key:
            headers["Klarna-Idempotency-Key"] = key
        more.setdefault("auth", (USER, PASSWORD))
        return self.client.open(path, method=method, json=body, headers=headers, **more)

    def act(
        self, method: str, oid: str, rest: str, body: Json | None = None, *, key: str = ""
    ) -> TestResponse:
        """Call something under an order."""
        return self.call(method, f"{ORDERS}/{oid}/{rest}", body, key=key)

    def read(self, oid: str) -> Json:
        """Return the order as Klarna shows it."""
        got = self.call("GET", f"{ORDERS}/{oid}")
        assert got.status_code == 200
        order: Json = got.get_json()
        return order

    def capture(self, oid: str, amount: int, *, key: str = "", **body: Any) -> TestResponse:
        """Capture an amount."""
        return self.act("POST", oid, "captures", {"captured_amount": amount, **body}, key=key)

    def refund(self, oid: str, amount: int, *, key: str = "", **body: Any) -> TestResponse:
        """Refund an amount."""
        return self.act("POST", oid, "refunds", {"refunded_amount": amount, **body}, key=key)

    def update(self, oid: str, amount: int, **body: Any) -> TestResponse:
        """Set the authorized amount."""
        return self.act("PATCH", oid, "authorization", {"order_amount": amount, **body})

    def pass_time(self, **span: int) -> None:
        """Let time pass, with everything that it brings."""
        self.clock.advance(timedelta(**span))
        self.app.tick()

    def sim(self, method: str, path: str, body: Json | None = None) -> TestResponse:
        """Call the sandbox's own control interface."""
        return self.client.open(f"/__sim{path}", method=method, json=body)

    def treat_merchant(self, **changes: Any) -> None:
        """Change how the merchant is treated."""
        merchant = replace(self.books.settings.merchants[0], **changes)
        self.books.settings = self.books.settings.with_merchant(merchant)


def code_of(response: TestResponse) -> tuple[int, str]:
    """Return what a client may branch on: status and error code."""
    decoded = response.get_json(silent=True)
    code = decoded.get("error_code", "") if isinstance(decoded, dict) else ""
    return response.status_code, code
