"""The webhook front, told everything a real WooCommerce has sent."""

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError, connection, transaction

from clocks import StandingClock
from contract.rows import add_shop, shop_id
from kvitt.adapters.database.inbox import Inbox
from kvitt.adapters.database.models import Delivery, Order, RejectCounter, Shop
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.repositories import ShopRepository
from kvitt.adapters.database.vault import Vault
from kvitt.adapters.woocommerce.signature import check_signature, sign
from kvitt.domain.ids import ShopId
from kvitt.web.hooks.doors import Door, Doors
from kvitt.web.hooks.front import LARGEST_BODY, HookFront
from kvitt.web.hooks.writer import Writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("each_database"),
]

#: Recorded from WooCommerce 11.0.1; they lie beside the project.
RECORDED = Path(__file__).parents[1] / "samples" / "woocommerce" / "webhooks"
SECRET = "enkel-hemlighet-123"
ORDER = b'{"id":1042,"order_key":"wc_order_1","line_items":[]}'


@dataclass
class Site:
    """A front with its shop, spoken to as a server would."""

    front: HookFront
    shop: Shop
    bell: list[str] = field(default_factory=list)

    def post(self, body: bytes, *, token: str = "door-1", **headers: Any) -> str:
        """Return the status of one delivery."""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/hooks/{token}",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **headers,
        }
        said: list[str] = []
        b"".join(self.front(environ, lambda status, _headers, _error=None: said.append(status)))  # type: ignore[arg-type]
        return said[0]

    def post_signed(self, body: bytes, *, secret: str = SECRET, **headers: Any) -> str:
        """Return the status of a delivery with a good signature."""
        signature = sign(body, secret=secret)
        return self.post(body, HTTP_X_WC_WEBHOOK_SIGNATURE=signature, **headers)


def recorded() -> Iterator[dict[str, Any]]:
    """Yield every recorded delivery."""
    for file in sorted(RECORDED.glob("*.json")):
        # Some files are what the shop answered, and not what it delivered.
        told = json.loads(file.read_text(encoding="utf-8"))
        for delivery in told if isinstance(told, list) else ():
            yield {"file": file.stem, **delivery}


DELIVERIES = list(recorded())


def wsgi_headers(delivery: dict[str, Any]) -> dict[str, str]:
    return {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in delivery["headers"]
        if name.lower() not in {"content-length", "content-type"}
    }


@pytest.fixture
def site(clock: StandingClock) -> Iterator[Site]:
    vault = Vault([Fernet.generate_key()])
    shops = ShopRepository(vault, clock.now)
    shop = add_shop(vault, clock.now)
    bell: list[str] = []

    def load() -> dict[str, Door]:
        return {
            row.hook_token: Door(shop=ShopId(row.pk), secrets=shops.hook_secrets(row))
            for row in shops.all_shops()
        }

    ticks = iter(range(10**9))
    writer = Writer(Inbox(vault), now=clock.now, on_stored=lambda: bell.append("rung"))
    front = HookFront(
        # Each look at this clock is a second later, so that doors are read anew when asked.
        doors=Doors(load, monotonic=lambda: float(next(ticks))),
        check=check_signature,
        writer=writer,
        now=clock.now,
        monotonic=lambda: 0.0,
    )
    yield Site(front=front, shop=shop, bell=bell)
    writer.close()


def traces(site: Site) -> dict[tuple[int, str], int]:
    """Return all counters, once the writer has ended."""
    site.front.writer.close()
    return {(row.shop, row.reason): row.count for row in RejectCounter.objects.all()}


@pytest.mark.skipif(not DELIVERIES, reason="the recorded deliveries are not at hand")
def test_every_recorded_delivery_is_taken_in(site: Site) -> None:
    """Each gets exactly 200, and the orders due are the ones that the bodies name."""
    expected: Counter[int] = Counter()
    for delivery in DELIVERIES:
        body = delivery["body"].encode()
        status = site.post(body, **wsgi_headers(delivery))
        assert status == "200 OK", delivery["file"]
        if body.startswith(b"{"):
            expected[json.loads(body).get("id", 0)] += 1

    due = dict(
        Order.objects.filter(due_at__isnull=False).values_list("store_order_id", "wanted")
    )
    gone = expected.pop(0, 0)
    assert due == dict(expected)
    assert Delivery.objects.filter(state="ignored").count() == gone
    assert traces(site) == {
        (site.shop.pk, "ping"): len(DELIVERIES) - sum(expected.values()) - gone
    }


@pytest.mark.skipif(not DELIVERIES, reason="the recorded deliveries are not at hand")
def test_a_recorded_delivery_with_a_changed_byte_is_refused(site: Site) -> None:
    """One changed byte gives 401 and leaves nothing but a counter."""
    signed = [one for one in DELIVERIES if one["body"].startswith("{")]
    for delivery in signed:
        body = bytearray(delivery["body"].encode())
        body[len(body) // 2] ^= 1
        assert site.post(bytes(body), **wsgi_headers(delivery)) == "401 Unauthorized"

    assert not Order.objects.exists()
    assert not Delivery.objects.exists()
    assert traces(site) == {(site.shop.pk, "bad_signature"): len(signed)}


def test_the_unsigned_ping_gets_200_and_stores_nothing(site: Site) -> None:
    """WooCommerce's test of a new address succeeds and makes nothing due."""
    status = site.post(b"webhook_id=4")

    assert status == "200 OK"
    assert not Delivery.objects.exists()
    assert traces(site) == {(site.shop.pk, "ping"): 1}


def test_an_unknown_address_costs_the_same_work(site: Site) -> None:
    """As many secrets are tried as for a shop, so that time tells nothing of who is there."""
    tried: list[int] = []

    def counting(body: bytes, *, signature: str, secrets: Sequence[str]) -> None:
        tried.append(len([secret for secret in secrets if secret]))
        check_signature(body, signature=signature, secrets=secrets)

    watched = replace(site, front=replace(site.front, check=counting))
    watched.post(ORDER, token="door-1", HTTP_X_WC_WEBHOOK_SIGNATURE="wrong")
    known, tried[:] = list(tried), []
    watched.post(ORDER, token="nobody", HTTP_X_WC_WEBHOOK_SIGNATURE="wrong")

    assert tried == known
    assert known != []


@pytest.mark.parametrize("body", [b"webhook_id=4&id=1042", b"webhook_id=", b"webhook_id=4x"])
def test_only_the_very_ping_needs_no_signature(site: Site, body: bytes) -> None:
    """What merely looks like a ping is refused as anything unsigned is."""
    assert site.post(body) == "401 Unauthorized"


def test_an_unknown_address_and_a_bad_signature_look_alike(site: Site) -> None:
    """Nobody can find out which addresses exist."""
    answers = {
        site.post_signed(ORDER, token="door-9"),
        site.post(ORDER, token="door-1", HTTP_X_WC_WEBHOOK_SIGNATURE="bm8="),
        site.post(ORDER, token="door-1"),
    }

    assert answers == {"401 Unauthorized"}
    assert traces(site) == {(0, "unknown_address"): 1, (site.shop.pk, "bad_signature"): 2}
    assert not Delivery.objects.exists()


def test_an_order_is_due_before_the_answer(site: Site, clock: StandingClock) -> None:
    """When 200 is said, the order can be claimed, and the workers have been woken."""
    status = site.post_signed(ORDER)

    assert status == "200 OK"
    lease = OrderQueue(clock.now).claim(worker="a", lease=timedelta(minutes=5))
    assert lease is not None
    assert (lease.shop, lease.store_order_id) == (shop_id(site.shop), 1042)
    assert site.bell == ["rung"]


def test_the_topic_header_decides_nothing(site: Site) -> None:
    """The header is not signed: an order is an order whatever it says."""
    site.post_signed(ORDER, HTTP_X_WC_WEBHOOK_TOPIC="product.deleted")

    assert Order.objects.get().store_order_id == 1042


def test_a_deleted_order_is_looked_at(site: Site) -> None:
    """The body of order.deleted is an id and nothing else."""
    site.post_signed(b'{"id":257}')

    assert Order.objects.get().wanted == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"id":"1042"}',
        b'{"id":true}',
        b'{"id":-1}',
        b'{"id":1e400}',
        b'{"id":99999999999999999999}',
        b'{"id":' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"status":"completed"}',
    ],
    ids=lambda body: repr(body[:24]),
)
def test_signed_garbage_is_kept_and_acknowledged(site: Site, body: bytes) -> None:
    """What is signed and cannot be read is parked: anything but 200 counts as a failure."""
    status = site.post_signed(body)

    assert status == "200 OK"
    assert Delivery.objects.get().state == "unreadable"
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID."}',
        b'{"id":17,"name":"Cap","slug":"cap"}',
    ],
)
def test_what_is_about_no_order_is_ignored(site: Site, body: bytes) -> None:
    """An order that is gone, and a product, make nothing due."""
    status = site.post_signed(body)

    assert status == "200 OK"
    assert Delivery.objects.get().state == "ignored"
    assert not Order.objects.exists()


def test_only_what_cannot_be_read_is_kept_and_sealed(site: Site) -> None:
    """Bodies of orders hold addresses: they are not stored at all."""
    site.post_signed(ORDER)
    site.post_signed(b"{Storgatan 1")

    kept = {row.state: row.body_sealed for row in Delivery.objects.all()}
    assert kept["accepted"] is None
    assert b"Storgatan" not in bytes(kept["unreadable"] or b"")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"CONTENT_LENGTH": str(LARGEST_BODY + 1)}, "413 Content Too Large"),
        ({"CONTENT_LENGTH": "9" * 5000}, "413 Content Too Large"),
        ({"CONTENT_LENGTH": ""}, "411 Length Required"),
        ({"CONTENT_LENGTH": "-1"}, "411 Length Required"),
        ({"CONTENT_LENGTH": "900"}, "400 Bad Request"),
        ({"REQUEST_METHOD": "GET"}, "405 Method Not Allowed"),
    ],
)
def test_what_is_no_delivery_is_refused(
    site: Site, headers: dict[str, str], status: str
) -> None:
    """Size and form are judged before the address or the signature."""
    assert site.post_signed(ORDER, **headers) == status


def test_the_largest_body_is_taken(site: Site) -> None:
    """A body of exactly the limit is read to its end."""
    body = ORDER.ljust(LARGEST_BODY)

    assert site.post_signed(body) == "200 OK"


def test_the_secret_before_is_accepted_while_it_is_replaced(
    site: Site, clock: StandingClock
) -> None:
    """Both secrets open the door after a change, also to a process that has not heard of it."""
    site.post_signed(ORDER)
    shops = ShopRepository(site.front.writer._storage._vault, clock.now)  # type: ignore[attr-defined]
    shops.rotate_hook_secret(shop_id(site.shop), "new")

    assert site.post_signed(ORDER, secret="new") == "200 OK"
    assert site.post_signed(ORDER, secret=SECRET) == "200 OK"
    shops.forget_hook_secret_before(shop_id(site.shop))
    assert site.post_signed(ORDER, secret="other") == "401 Unauthorized"
    assert site.post_signed(ORDER, secret=SECRET) == "401 Unauthorized"


def test_a_delivery_that_is_not_stored_is_not_acknowledged(site: Site) -> None:
    """A database that fails gives 503, so that the shop knows."""

    class Full:
        def store(self, *_: object, **__: object) -> None:
            raise OperationalError("database or disk is full")

    site.front.writer._storage = Full()

    assert site.post_signed(ORDER) == "503 Service Unavailable"
    assert site.bell == []


@contextmanager
def locked_database() -> Iterator[None]:
    """Let another connection hold the lock that a writer needs."""
    held, enough = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("LOCK TABLE kvitt_delivery IN EXCLUSIVE MODE")
            held.set()
            enough.wait(60)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    assert held.wait(60)
    try:
        yield
    finally:
        enough.set()
        holder.join()


class Dribble(io.BytesIO):
    """A body that comes a byte at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        del size
        return super().read(1)


def test_a_body_that_dribbles_in_is_given_up(site: Site) -> None:
    """No sender keeps a thread for longer than the limit, and nothing is stored."""
    ticks = iter(range(0, 10**9, 5))
    patient = replace(site.front, monotonic=lambda: float(next(ticks)))

    body: dict[str, Any] = {"wsgi.input": Dribble(ORDER)}

    assert replace(site, front=patient).post_signed(ORDER, **body) == "408 Request Timeout"
    assert traces(site) == {(0, "too_slow"): 1}
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("depth", [900, 100_000])
def test_an_order_nested_without_end_is_taken_or_parked_and_never_refused(
    site: Site, depth: int
) -> None:
    """However deep a signed body goes, the shop hears 200 and the next delivery is taken."""
    nested = b"[" * depth + b"]" * depth
    status = site.post_signed(b'{"id":1042,"order_key":"k","line_items":' + nested + b"}")

    assert status == "200 OK"
    assert Delivery.objects.get().state in {"accepted", "unreadable"}
    assert site.post_signed(ORDER) == "200 OK"


def test_a_database_that_is_locked_gives_503_and_200_when_it_is_free(site: Site) -> None:
    """A writer elsewhere holds the lock for longer than a delivery waits: nothing is lost."""
    with locked_database():
        site.front.writer._patience = 0.05
        locked = site.post_signed(ORDER)
    site.front.writer._patience = 15.0

    assert locked == "503 Service Unavailable"
    assert site.post_signed(ORDER) == "200 OK"
    assert Order.objects.get().store_order_id == 1042


def test_what_was_heard_is_shown(site: Site, clock: StandingClock) -> None:
    """The console can say when the shop was last heard, and what came."""
    site.post_signed(ORDER, HTTP_X_WC_WEBHOOK_TOPIC="order.updated")

    assert Shop.objects.get().heard_at == clock.now()
    assert [row.topic for row in Delivery.objects.filter(shop=site.shop)] == ["order.updated"]


@pytest.mark.parametrize(
    ("source", "elsewhere"),
    [
        pytest.param("https://shop.example/", "", id="the shop"),
        pytest.param("http://www.shop.example/sv/", "", id="the shop, in another language"),
        pytest.param("https://staging.shop.example/", "staging.shop.example", id="a copy"),
        pytest.param("", "", id="no word of it"),
        pytest.param("https://\x00<script>/", "", id="nonsense"),
        pytest.param(f"https://{'a' * 300}/", "", id="too long"),
    ],
)
def test_where_a_delivery_comes_from_is_compared(
    site: Site, source: str, elsewhere: str
) -> None:
    """A signed one from another host is taken as the hint it is, and the host is noted."""
    door = Door(shop=ShopId(site.shop.pk), secrets=(SECRET,), hosts=frozenset({"shop.example"}))
    doors = Doors(lambda: {"door-1": door}, monotonic=lambda: 0.0)
    taken: list[str] = []

    class Noting:
        def submit(self, received: Any) -> None:
            taken.append(received.elsewhere)

    any_writer: Any = Noting()
    moved = replace(site, front=replace(site.front, doors=doors, writer=any_writer))

    assert moved.post_signed(ORDER, HTTP_X_WC_WEBHOOK_SOURCE=source) == "200 OK"
    assert taken == [elsewhere]
