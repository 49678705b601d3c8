"""A WooCommerce shop outside, a practice Klarna, and kvitt in this process between them.

By default both are commands of their own, the shop over TLS with a certificate of its own.
The environment can name any real shop instead: KVITT_TEST_SHOP_URL, KVITT_TEST_SHOP_KEY,
KVITT_TEST_SHOP_SECRET and, where it needs one, KVITT_TEST_CA_FILE; and with
KVITT_TEST_KLARNA_URL a practice Klarna that runs elsewhere.

What a shop with customers may expect of it:

1. Every order is this suite's own: kvitt looks at no other, whatever a sweep finds, and each
   is removed for good at the end. They hold fees only, so no stock moves and no customer is
   written to; the shop's owner may be told of a new order by the shop itself.
2. Each carries the marks that keep the shop's own Klarna plugin from it, so no setting of the
   shop is touched, whether the plugin is there or not. No webhook is made.
"""

import json
import os
import ssl
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kvitt import bootstrap
from kvitt.adapters.database.models import IntentRow, Order
from kvitt.application.handover import TAKEN_OVER
from kvitt.bootstrap import Parts
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.newcomer import GivenAccount, StoreKey
from kvitt.domain.policy import Policy
from kvitt.settings import Settings
from running import free_port, serving

#: More looks than this at a time mean that an order is due again and again.
MOST_LOOKS = 60
KLARNA_USER, KLARNA_PASSWORD = "PK12345_demo", "practice"


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where the shop and Klarna are."""

    shop_url: str
    klarna_url: str
    ca_file: Path | None
    key: StoreKey


@contextmanager
def places(folder: Path) -> Iterator[Places]:
    """Give the shop and the Klarna that the environment names, or start practice ones."""
    given = os.environ.get("KVITT_TEST_SHOP_URL", "")
    with ExitStack() as running:
        klarna_url = os.environ.get("KVITT_TEST_KLARNA_URL") or _klarna(running)
        if given:
            ca_file = os.environ.get("KVITT_TEST_CA_FILE", "")
            yield Places(
                shop_url=given.rstrip("/"),
                klarna_url=klarna_url,
                ca_file=Path(ca_file) if ca_file else None,
                key=StoreKey(
                    consumer_key=os.environ["KVITT_TEST_SHOP_KEY"],
                    consumer_secret=os.environ["KVITT_TEST_SHOP_SECRET"],
                ),
            )
            return
        shop_url, key = practice_shop(running, folder)
        yield Places(
            shop_url=shop_url, klarna_url=klarna_url, ca_file=folder / "ca.pem", key=key
        )


def practice_shop(running: ExitStack, folder: Path) -> tuple[str, StoreKey]:
    """Run a practice shop over TLS; return its address and a key of it."""
    port = free_port()
    _, said = running.enter_context(
        serving("sandbox", "shop", "--port", port, "--tls", str(folder), ready="secret")
    )
    words = " ".join(said).split()
    key = StoreKey(
        consumer_key=next(word for word in words if word.startswith("ck_")),
        consumer_secret=next(word for word in words if word.startswith("cs_")),
    )
    return f"https://127.0.0.1:{port}", key


def _klarna(running: ExitStack) -> str:
    port = free_port()
    running.enter_context(serving("sandbox", "klarna", "--port", port, ready="never compared"))
    return f"http://127.0.0.1:{port}"


def ask(
    url: str,
    body: object = None,
    *,
    method: str = "GET",
    key: StoreKey | None = None,
    ca_file: Path | None = None,
) -> Any:
    """Ask a service something, as another program would."""
    # Firewalls turn the library's own name away.
    headers = {"Content-Type": "application/json", "User-Agent": "kvitt-tests"}
    if key is not None:
        pair = f"{key.consumer_key}:{key.consumer_secret}".encode()
        headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - given by the run
    trust = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    with urllib.request.urlopen(request, timeout=60, context=trust) as answer:  # noqa: S310 - the same
        return json.loads(answer.read() or b"null")


@dataclass(kw_only=True, slots=True)
class Street:
    """The shop, Klarna, and kvitt connected to both."""

    places: Places
    parts: Parts
    shop: ShopId
    currency: str
    _made: list[int] = field(default_factory=list)

    def rest(self, path: str, body: object = None, *, method: str = "GET") -> Any:
        """Ask the shop's REST interface."""
        return ask(
            f"{self.places.shop_url}/wp-json/wc/v3/{path}",
            body,
            method=method,
            key=self.places.key,
            ca_file=self.places.ca_file,
        )

    def klarna(self, path: str, body: object = None, *, method: str = "GET") -> Any:
        """Ask the practice Klarna's control interface."""
        return ask(f"{self.places.klarna_url}/__sim/{path}", body, method=method)

    def buy(self, *amounts: str) -> tuple[int, str]:
        """Place a paid order of fees, which any shop takes; return both ids."""
        total = sum(int(amount.replace(".", "")) for amount in amounts)
        placed = self.klarna(
            "orders",
            {"order_amount": total, "currency": self.currency, "country": "SE"},
            method="POST",
        )
        order = self.rest(
            "orders",
            {
                "payment_method": "klarna_payments",
                "transaction_id": placed["order_id"],
                "set_paid": True,
                "billing": {"country": "SE", "first_name": "Astrid", "last_name": "Lind"},
                "meta_data": [
                    {"key": name, "value": value} for name, value in TAKEN_OVER.items()
                ],
                "fee_lines": [
                    {"name": f"Fee {nth}", "total": amount, "tax_status": "none"}
                    for nth, amount in enumerate(amounts, start=1)
                ],
            },
            method="POST",
        )
        self._made.append(order["id"])
        # What is paid and has nothing to ship is completed at once: nobody was told yet.
        self.rest(f"orders/{order['id']}", {"status": "processing"}, method="PUT")
        return order["id"], placed["order_id"]

    def disown(self, order: int) -> None:
        """Take an order for somebody else's."""
        self._made.remove(order)

    def adopt(self, order: int) -> None:
        """Take an order for ours again, so that it is removed."""
        self._made.append(order)

    def change(self, order: int, **changes: object) -> None:
        """Change an order as the merchant does, and let kvitt look at it."""
        self.rest(f"orders/{order}", changes, method="PUT")
        self.look(order)

    def look(self, order: int) -> None:
        """Tell kvitt that an order may have changed, and let it work."""
        self.parts.queue.want(self.shop, StoreOrderId(order), why="test")
        self.work()

    def work(self) -> None:
        """Look at every order of ours that is due."""
        for _ in range(MOST_LOOKS):
            due = Order.objects.filter(
                shop=self.shop,
                store_order_id__in=self._made,
                due_at__lte=self.parts.connections.now(),
            ).first()
            if due is None:
                return
            lease = self.parts.queue.claim_order(
                due.pk, worker="test", lease=timedelta(minutes=5)
            )
            assert lease is not None
            self.parts.reconcile(lease)
        raise AssertionError("an order is due again and again")

    def row(self, order: int) -> Order:
        """Return what kvitt knows of an order."""
        return Order.objects.get(shop=self.shop, store_order_id=order)

    def calls(self, order: int) -> list[tuple[str, str]]:
        """Return kind and state of every call that kvitt made for an order."""
        rows = IntentRow.objects.filter(order__store_order_id=order, order__shop=self.shop)
        return [(row.kind, row.state) for row in rows.order_by("pk")]

    def notes(self, order: int) -> list[str]:
        """Return the order's notes as the shop has them."""
        return [note["note"] for note in self.rest(f"orders/{order}/notes")]

    def tidy_up(self) -> None:
        """Remove every order this suite has made; one that stays does not keep the others."""
        stayed: list[int] = []
        for order in self._made:
            try:
                self.rest(f"orders/{order}?{urlencode({'force': 'true'})}", method="DELETE")
            except OSError:
                stayed.append(order)
        assert stayed == [], "remove these orders of the shop by hand"


def connected(where: Places, settings: Settings) -> Street:
    """Connect kvitt to the shop, as by hand, and give the street."""
    parts = bootstrap.assemble(settings)
    connecting = bootstrap.shops_of(parts).connecting
    attempt = connecting.begin(where.shop_url, actor="test")
    connecting.give_key(attempt.uid, where.key)
    given = GivenAccount(username=KLARNA_USER, password=KLARNA_PASSWORD)
    shop = connecting.finish(attempt.uid, given)
    # Whatever the shop's own plugin is set to do: the tests are about kvitt's own defaults.
    found = parts.shops.policy(parts.shops.shop(shop))
    parts.shops.save_policy(shop, Policy(observe_only=found.observe_only))
    return Street(
        places=where,
        parts=parts,
        shop=shop,
        currency=parts.shops.shop(shop).currency,
    )
