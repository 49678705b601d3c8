"""A Klarna to practise on: stateful, offline, and with Klarna's own manners.

Modelled on public documentation and recordings; it was never compared with the live
service. Nothing here imports the rest of kvitt, so that the two cannot share a mistake.

How to use it::

    settings = Settings(merchants=(demo_merchant("secret"),))
    books = Books.open(None, clock=Clock.running(), ids=Ids(), settings=settings)
    app = KlarnaApp(books)                # a WSGI application, at any prefix
    order_id = books.place_order(Purchase(merchant_id="PK12345_demo", order_amount=10_000))
    books.order(order_id)                 # the sandbox's own record of it

- `Books.open(path, *, clock, ids, settings)` is the state: in memory, or durable in the
  SQLite file `path`. Its `clock` can be moved, its `ids` are the same for a seed.
- `KlarnaApp(books, *, sender=None, pause=time.sleep)` answers Klarna's paths
  (`/ordermanagement/v1`, `/payments/v1`, `/hpp/v1`), a control desk at `/` and a control
  API under `/__sim`. `sender(url, body) -> status` posts notices to the shop when `tick()`
  is called.
- `Settings` has a switch for each unknown of the specification, and the merchants.
- `app.faults.add("timeout_after_commit", operation="create_capture")` makes things go wrong.
- `serve.serve(app, host=..., port=...)` runs it alone.
"""

from kvitt.sandbox.klarna.app import KlarnaApp
from kvitt.sandbox.klarna.books import Books
from kvitt.sandbox.klarna.clock import Clock
from kvitt.sandbox.klarna.ids import Ids
from kvitt.sandbox.klarna.orders import FraudStatus, Order, Status
from kvitt.sandbox.klarna.purchases import Purchase
from kvitt.sandbox.klarna.settings import Merchant, Settings, demo_merchant

__all__ = [
    "Books",
    "Clock",
    "FraudStatus",
    "Ids",
    "KlarnaApp",
    "Merchant",
    "Order",
    "Purchase",
    "Settings",
    "Status",
    "demo_merchant",
]
