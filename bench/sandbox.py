"""How many orders a second the practice Klarna can be asked for, on one core.

It must not be the bottleneck of any other figure: at least 2 000 reads a second in memory,
called as WSGI, with the journal off. Run it with ``python bench/sandbox.py``.
"""

import base64
import time
from typing import Any
from wsgiref.types import WSGIEnvironment

from werkzeug.test import create_environ

from kvitt.sandbox.klarna import (
    Books,
    Clock,
    Ids,
    KlarnaApp,
    Purchase,
    Settings,
    demo_merchant,
)

WANTED = 2_000
ORDERS = 500
READS = 10_000
LINES = 5
PRICE = 1_000
PASSWORD = "of-this-bench"  # noqa: S105 - opens nothing


def open_klarna(*, keeps_journal: bool) -> tuple[KlarnaApp, list[str]]:
    """Return a practice Klarna in memory, and the ids of its orders of five lines each."""
    merchant = demo_merchant(PASSWORD)
    settings = Settings(merchants=(merchant,), keeps_journal=keeps_journal)
    books = Books.open(None, clock=Clock.running(), ids=Ids("bench"), settings=settings)
    line = {
        "type": "physical",
        "reference": "mug",
        "name": "Mug",
        "quantity": 1,
        "unit_price": PRICE,
        "total_amount": PRICE,
        "tax_rate": 0,
        "total_tax_amount": 0,
    }
    purchase = Purchase(
        merchant_id=merchant.merchant_id,
        order_amount=LINES * PRICE,
        order_lines=(line,) * LINES,
        billing_address={"given_name": "Astrid", "family_name": "Lind", "country": "SE"},
    )
    return KlarnaApp(books), [books.place_order(purchase) for _ in range(ORDERS)]


def requests_for(orders: list[str]) -> list[WSGIEnvironment]:
    """Return one request for each order."""
    pair = f"{demo_merchant(PASSWORD).user}:{PASSWORD}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return [
        create_environ(f"/ordermanagement/v1/orders/{order}", headers=headers)
        for order in orders
    ]


def reads_per_second(*, keeps_journal: bool) -> float:
    """Return how many orders are answered in a second of one thread."""
    app, orders = open_klarna(keeps_journal=keeps_journal)
    environs = requests_for(orders)
    statuses: set[str] = set()

    def start_response(status: str, headers: Any, _error: Any = None) -> Any:
        del headers
        statuses.add(status)

    began = time.perf_counter()
    for number in range(READS):
        b"".join(app(dict(environs[number % ORDERS]), start_response))
    seconds = time.perf_counter() - began
    assert statuses == {"200 OK"}, statuses
    return READS / seconds


def main() -> None:
    """Print both figures, and fail where the lean one is too low."""
    lean = reads_per_second(keeps_journal=False)
    full = reads_per_second(keeps_journal=True)
    print(f"order reads per second and core, journal off: {lean:,.0f} (wanted: {WANTED:,})")
    print(f"order reads per second and core, journal on:  {full:,.0f}")
    assert lean >= WANTED, "the practice Klarna is too slow to measure others with"


if __name__ == "__main__":
    main()
