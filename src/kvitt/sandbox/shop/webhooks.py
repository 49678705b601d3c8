"""Delivering webhooks the way WooCommerce 11 does, with its weaknesses.

Bodies are built when they are sent. Deliveries leave one after another; what fails is lost for
good; the seventh failure in a row switches the webhook off, and switching it on again does not
forget them (woocommerce-facts.md §10). `Deliverer.deliver_due` does one run; `start` lets a
thread do it at the pace of the shop's cron.
"""

import base64
import hashlib
import hmac
import html
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from kvitt.sandbox.shop import addresses
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.books import Pending, ShopBooks
from kvitt.sandbox.shop.catalogue import Settings, Webhook
from kvitt.sandbox.shop.rest import phpjson, views

#: A webhook with more failures in a row than this is disabled.
FAILURES_BORNE = 6
TIMEOUT = 60.0
_ARRIVED = frozenset({*range(200, 300), 301, 302})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingPost:
    """One POST the shop sends into the world."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float = TIMEOUT


#: Sends a POST without following redirects and returns the status; raises OSError without one.
Sender = Callable[[OutgoingPost], int]


@dataclass(slots=True)
class WebhookFaults:
    """What goes wrong on the way, to be set by a test or a story."""

    #: How many of the next deliveries vanish: the shop believes they arrived.
    drop: int = 0
    #: How many of the next deliveries arrive twice.
    double: int = 0
    #: Seconds every delivery waits longer than it should.
    delay: float = 0.0
    #: Whether a run delivers in the opposite order.
    disorder: bool = False

    def take(self, name: str) -> bool:
        """Use up one of a counted fault and tell whether there was one."""
        count = int(getattr(self, name))
        if count > 0:
            setattr(self, name, count - 1)
        return count > 0


@dataclass(slots=True)
class Deliverer:
    """Takes deliveries off the queue and sends them."""

    bench: Bench
    send: Sender
    faults: WebhookFaults = field(default_factory=WebhookFaults)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _running: threading.Lock = field(default_factory=threading.Lock)

    def deliver_due(self) -> int:
        """Send what is due, one after another, and return how many were sent."""
        with self._running:
            due = self._due()
            for pending in due:
                self._deliver(pending)
            return len(due)

    def ping(self, webhook: Webhook) -> None:
        """Send the unsigned form a new webhook is greeted with; no answer is fine too."""
        settings = self.bench.books.settings
        headers = {
            "User-Agent": user_agent(settings),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = f"webhook_id={webhook.id}".encode()
        self._answer(OutgoingPost(url=webhook.delivery_url, headers=headers, body=body))

    def start(self) -> None:
        """Deliver in a thread from now on, at the pace of the shop's cron."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="shop-cron", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop the thread and wait until it has ended."""
        if self._thread is not None:
            self._stop.set()
            self.bench.books.stirred.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        books = self.bench.books
        while not self._stop.is_set():
            pace = books.settings.cron_pace
            # A delayed delivery stirs nothing when its time comes, so cron looks by itself too.
            books.stirred.wait(timeout=None if pace is None else max(pace, 1.0))
            books.stirred.clear()
            # Cron may have died, or come back, while it was waited for.
            pace = books.settings.cron_pace
            if pace is not None:
                self._stop.wait(pace)
            visited = books.visited.is_set()
            books.visited.clear()
            if not self._stop.is_set() and (pace is not None or visited):
                self.deliver_due()

    def _due(self) -> list[Pending]:
        books = self.bench.books
        latest = books.instant() - timedelta(seconds=self.faults.delay)
        due = sorted((p for p in books.every(Pending) if p.due <= latest), key=lambda p: p.id)
        return due[::-1] if self.faults.disorder else due

    def _deliver(self, pending: Pending) -> None:
        books = self.bench.books
        # Off the queue first: a change while it is being sent is queued anew.
        books.remove(pending)
        webhook = books.get(Webhook, pending.webhook_id)
        if webhook is None or webhook.status != "active":
            return
        post = signed_post(self.bench, webhook, pending.order_id)
        if self.faults.take("drop"):
            return
        status = self._answer(post)
        if self.faults.take("double"):
            self._answer(post)
        record_outcome(books, webhook.id, arrived=arrived(status))

    def _answer(self, post: OutgoingPost) -> int:
        """Return the status of the answer, or 0 when there was none."""
        if not addresses.may_deliver(post.url, self.bench.books.settings):
            return 0
        try:
            return self.send(post)
        except OSError:
            return 0


def arrived(status: int) -> bool:
    """Tell whether an answer counts as delivered: 2xx, 301 and 302."""
    return status in _ARRIVED


def record_outcome(books: ShopBooks, webhook_id: int, *, arrived: bool) -> None:
    """Count a failure, or forget all of them after a success."""
    with books.locked():
        webhook = books.get(Webhook, webhook_id)
        if webhook is None:
            return
        failures = 0 if arrived else webhook.failure_count + 1
        webhook = replace(webhook, failure_count=failures)
        if failures > FAILURES_BORNE:
            webhook = replace(webhook, status="disabled", modified=books.now())
        books.put(webhook)


def user_agent(settings: Settings) -> str:
    """Return the name the shop's webhooks go by."""
    return f"WooCommerce/{settings.version} Hookshot (WordPress/{settings.wordpress_version})"


def sign(body: bytes, secret: str) -> str:
    """Return the signature of a body."""
    digest = hmac.new(html.unescape(secret).encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def signed_post(bench: Bench, webhook: Webhook, order_id: int) -> OutgoingPost:
    """Return the delivery about an order as it is now."""
    settings = bench.books.settings
    body = phpjson.dumps(payload(bench, webhook.topic, order_id)).encode()
    resource, _, event = webhook.topic.partition(".")
    second = int(bench.books.instant().timestamp())
    # The id is a hash of webhook and second, so it is not unique (facts §10).
    delivery = hmac.new(b"salt", f"{webhook.id}{second}".encode(), hashlib.md5).hexdigest()
    headers = {
        "User-Agent": user_agent(settings),
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{settings.home_url.rstrip('/')}/",
        "X-WC-Webhook-Topic": webhook.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": sign(body, webhook.secret),
        "X-WC-Webhook-ID": str(webhook.id),
        "X-WC-Webhook-Delivery-ID": delivery,
        "Connection": "close",
    }
    return OutgoingPost(url=webhook.delivery_url, headers=headers, body=body)


def payload(bench: Bench, topic: str, order_id: int) -> dict[str, Any]:
    """Return what a delivery says: the order now, an error object, or only its id."""
    if topic == "order.deleted":
        return {"id": order_id}
    order = bench.books.order(order_id)
    if order is None:
        return {
            "code": "woocommerce_rest_shop_order_invalid_id",
            "message": "Invalid ID.",
            "data": {"status": 404},
        }
    lens = views.Lens(bench=bench, places=bench.books.settings.decimals)
    return views.order(lens, order)
