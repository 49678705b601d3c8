"""Our shop client against the sandbox's shop, which was written without knowing it."""

import itertools
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from contract.hosting import new_server, running
from kvitt.adapters.addresses import WITH_LOOPBACK
from kvitt.adapters.http import Http
from kvitt.adapters.woocommerce import signature
from kvitt.adapters.woocommerce.client import StoreClient, StoreCredentials
from kvitt.adapters.woocommerce.setup import StoreSetup
from kvitt.domain.errors import (
    NotFound,
    Rejected,
    RemoteFault,
    Unauthorized,
    WebhookRejected,
)
from kvitt.domain.ids import StoreOrderId
from kvitt.domain.line_builder import build_lines
from kvitt.domain.lines import sum_of
from kvitt.domain.money import Money
from kvitt.domain.store_order import LineKind
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.app import ShopApp
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import ApiKey
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import HandedOver
from kvitt.sandbox.shop.records import Address
from kvitt.sandbox.shop.refunding import RefundLine, RefundRequest
from kvitt.sandbox.shop.seeding import Bought, Purchase
from kvitt.sandbox.shop.webhooks import OutgoingPost

KLARNA_ID = "48ab3d6b-e3b5-1f2b-8544-0469e87e9e1e"
START = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Street:
    """A shop with one order, and our client of it."""

    def __init__(self, url: str, app: ShopApp, http: Http) -> None:
        self.url, self.app, self.http = url, app, http
        self.desk, self.books = app.desk, app.desk.books
        self.key = seeding.issue_key(self.books)
        self.nonces = itertools.count()
        self.client = self.client_with(self.key)

    def client_with(self, key: ApiKey) -> StoreClient:
        """Return a client that shows this key."""
        return StoreClient(
            self.http,
            base_url=self.url,
            credentials=StoreCredentials(
                consumer_key=key.consumer_key, consumer_secret=key.consumer_secret
            ),
            now=self.books.now,
            nonce=lambda: f"nonce{next(self.nonces)}",
        )

    def place(
        self,
        *bought: Bought,
        shipping_total: Decimal | None = None,
        fees: Mapping[str, Decimal] | None = None,
        coupons: tuple[str, ...] = (),
    ) -> StoreOrderId:
        """Put an order into the shop and return its id."""
        purchase = Purchase(
            klarna_order_id=KLARNA_ID,
            bought=bought or (Bought(product="MUG-1", quantity=2),),
            billing=Address(first_name="Maja", last_name="Öst", city="Malmö", country="SE"),
            shipping_total=shipping_total,
            fees=fees or {},
            coupons=coupons,
        )
        return StoreOrderId(seeding.place_order(self.desk, purchase).id)


class Watch:
    """A clock that somebody moves."""

    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def posts() -> list[OutgoingPost]:
    return []


@pytest.fixture
def street(watch: Watch, posts: list[OutgoingPost]) -> Iterator[Street]:
    books = ShopBooks.open(None, clock=watch, tokens=lambda n: secrets.token_hex(n)[:n])
    seeding.stock_the_shelves(books)
    desk = OrderDesk(books, gateway=HandedOver())

    def post(outgoing: OutgoingPost) -> int:
        posts.append(outgoing)
        return 200

    server = new_server()
    with running(server) as url, Http(policy=WITH_LOOPBACK) as http:
        app = ShopApp(desk, send=post, base_url=url)
        server.set_app(app)
        yield Street(url, app, http)


def line_of(street: Street, order_id: StoreOrderId, sku: str = "MUG-1") -> int:
    """Return the id of the order's line of a product."""
    order = street.books.order(order_id)
    assert order is not None
    wanted = next(product.id for product in street.books.products() if product.sku == sku)
    return next(line.id for line in order.lines if line.product_id == wanted)


def test_an_order_is_read_whole(street: Street) -> None:
    """What the checkout left in the shop is what we read."""
    order_id = street.place(
        Bought(product="MUG-1", quantity=2),
        Bought(product="PDF-1"),
        shipping_total=Decimal("39.20"),
        fees={"Inslagning": Decimal(20)},
    )
    order = street.client.fetch_order(order_id)

    assert (order.status, order.klarna_order_id, order.paid) == ("processing", KLARNA_ID, True)
    assert order.total == Money(82400, "SEK")
    assert [(line.kind, line.reference, line.virtual) for line in order.lines] == [
        (LineKind.PRODUCT, "MUG-1", False),
        (LineKind.PRODUCT, "PDF-1", True),
        (LineKind.SHIPPING, "flat_rate:1", None),
        (LineKind.FEE, "Inslagning", None),
    ]
    assert {line.rates for line in order.lines} == {(Decimal(25),)}
    assert (order.country, order.environment, order.customer) == ("SE", "test", "Maja Öst")


@pytest.mark.parametrize("decimals", [2, 0])
@pytest.mark.parametrize("coupons", [(), ("tio",), ("fast50",), ("prod20",)])
def test_the_lines_come_to_the_total_however_the_shop_displays_it(
    street: Street, decimals: int, coupons: tuple[str, ...]
) -> None:
    """A shop that displays no decimals still tells its cents, and coupons are inside."""
    order_id = street.place(
        Bought(product="SKRUV", quantity=7),
        Bought(product="CHOK-12", quantity=3),
        Bought(product="LAMP-ÅÄÖ"),
        shipping_total=Decimal("39.20"),
        coupons=coupons,
    )
    street.books.change_settings(decimals=decimals)
    order = street.client.fetch_order(order_id)

    stored = street.books.order(order_id)
    assert stored is not None
    assert order.total.major() == stored.total
    assert sum_of(build_lines(order)) == order.total.minor


def test_a_refund_is_read_with_its_lines(street: Street) -> None:
    """A refund by line says what is given back, in positive figures."""
    order_id = street.place()
    item = line_of(street, order_id)
    (rate,) = (rate.id for rate in street.books.tax_rates() if rate.rate == Decimal(25))
    back = RefundLine(item_id=item, quantity=1, total=Decimal(100), taxes={rate: Decimal(25)})
    street.desk.create_refund(
        order_id, RefundRequest(amount=Decimal(125), reason="fel färg", lines=(back,))
    )
    (refund,) = street.client.fetch_order(order_id).refunds

    (line,) = refund.lines
    assert (refund.amount, refund.reason) == (Money(12500, "SEK"), "fel färg")
    assert (line.refunds_line, line.quantity) == (item, 1)
    assert (line.total, line.total_tax) == (Decimal(100), Decimal(25))
    assert line.rates == (Decimal(25),)


def test_a_note_is_read_back_as_it_was_written(street: Street) -> None:
    """A note is private, and its text comes back to the letter."""
    order_id = street.place()
    text = "Klarna order updated. Amount: 1 & 2 → “3” <4."
    street.client.add_note(order_id, text)

    found = [note for note in street.client.fetch_notes(order_id) if note.text == text]
    assert len(found) == 1
    (stored,) = (note for note in street.books.notes(order_id) if note.id == found[0].id)
    assert not stored.customer_note


def test_marks_and_status_are_set_together(street: Street) -> None:
    """Meta data is read back by the next look, and a second write changes it in place."""
    order_id = street.place()
    street.client.set_marks(order_id, meta={"_wc_klarna_capture_id": "a"}, status="on-hold")
    street.client.set_marks(
        order_id, meta={"_wc_klarna_capture_id": "b", "_kom_disconnect": "1"}
    )
    order = street.client.fetch_order(order_id)

    assert (order.capture_id, order.status, order.sync_off) == ("b", "on-hold", True)
    assert order.total == Money(25000, "SEK")


def test_a_refund_is_booked_without_the_gateway(street: Street) -> None:
    """A refund made in Klarna's portal appears in the shop, once paid already."""
    order_id = street.place()
    refund_id = street.client.book_refund(order_id, Money(12500, "SEK"), "Klarna's portal")
    (refund,) = street.client.fetch_order(order_id).refunds

    assert (refund.id, refund.amount) == (refund_id, Money(12500, "SEK"))
    assert not refund.refunded_payment


def test_a_refund_that_is_too_large_is_rejected(street: Street) -> None:
    """WooCommerce calls it a fault of the server; it is a refusal all the same."""
    order_id = street.place()
    with pytest.raises(Rejected):
        street.client.book_refund(order_id, Money(25001, "SEK"), "too much")

    assert street.client.fetch_order(order_id).refunds == ()


@pytest.mark.parametrize("offset", [0, 120, -300])
def test_changes_are_listed_whatever_the_shops_clock_shows(
    street: Street, watch: Watch, offset: int
) -> None:
    """Orders changed after the moment come by id, in any time zone."""
    street.books.change_settings(utc_offset_minutes=offset)
    first = street.place()
    watch.now = START + timedelta(minutes=10)
    second = street.place()
    watch.now = START + timedelta(minutes=20)
    street.client.set_marks(first, meta={"a": "1"})

    seen = street.client.modified_since(START - timedelta(seconds=1), page=1)
    after = START + timedelta(minutes=15)
    later = street.client.modified_since(after, page=1)

    assert [one.id for one in seen] == [first, second]
    assert [one.modified_at for one in seen] == [watch.now, START + timedelta(minutes=10)]
    assert [one.id for one in later] == [first]
    assert list(street.client.modified_since(after, page=2)) == []


def test_a_trashed_order_is_trash_and_a_deleted_one_unknown(street: Street) -> None:
    """The shop tells a trashed order from one that is gone."""
    order_id = street.place()
    street.desk.trash(order_id)
    assert street.client.fetch_order(order_id).status == "trash"

    street.desk.delete(order_id)
    with pytest.raises(NotFound):
        street.client.fetch_order(order_id)
    with pytest.raises(NotFound):
        street.client.add_note(order_id, "x")
    with pytest.raises(NotFound):
        street.client.set_marks(order_id, meta={})


def test_orders_are_sighted_by_id_without_the_bin_and_what_is_gone(
    street: Street, watch: Watch
) -> None:
    """One call tells which are there, and a change of content changes the mark."""
    there, changed, trashed, deleted = (street.place() for _ in range(4))
    before = {
        one.id: one.mark for one in street.client.sight([there, changed, trashed, deleted])
    }
    street.desk.trash(trashed)
    street.desk.delete(deleted)
    watch.now += timedelta(minutes=1)
    street.client.set_marks(changed, meta={}, status="completed")
    seen = street.client.sight([there, changed, trashed, deleted])
    after = {one.id: one.mark for one in seen}

    assert list(after) == [there, changed]
    assert before[there] == after[there]
    assert before[changed] != after[changed]


def test_a_product_deleted_for_good_leaves_its_line_readable(street: Street) -> None:
    """Name, quantity and figures remain where the product is gone."""
    order_id = street.place()
    (before,) = street.client.fetch_order(order_id).lines
    for product in street.books.products():
        street.books.remove(product)
    (after,) = street.client_with(street.key).fetch_order(order_id).lines

    assert (after.name, after.quantity) == (before.name, before.quantity)
    assert (after.total, after.total_tax) == (before.total, before.total_tax)
    assert (after.virtual, after.reference) == (None, "")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_broken_shop_is_asked_again(street: Street, status: int) -> None:
    """A shop that answers with an error page says nothing about its orders."""
    order_id = street.place()
    street.books.change_settings(broken_with=status)
    with pytest.raises(RemoteFault):
        street.client.fetch_order(order_id)

    street.books.change_settings(broken_with=0)
    assert street.client.fetch_order(order_id).id == order_id


def test_a_strangers_key_is_unauthorized(street: Street) -> None:
    """A key the shop does not know, and one that may only read, are settings to mend."""
    order_id = street.place()
    reader = seeding.issue_key(street.books, permissions="read")
    with pytest.raises(Unauthorized):
        street.client_with(reader).add_note(order_id, "x")
    stranger = ApiKey(id=0, consumer_key="ck_x", consumer_secret="cs_x", permissions="read")
    with pytest.raises(Unauthorized):
        street.client_with(stranger).fetch_order(order_id)


def test_the_shops_deliveries_bear_our_secrets_signature(
    street: Street, posts: list[OutgoingPost]
) -> None:
    """A webhook made by us is signed so that we accept it, and nobody else's is."""
    setup = StoreSetup(street.client)
    made = setup.create_webhook(
        name="kvitt",
        topic="order.updated",
        delivery_url="http://127.0.0.1:9/h",
        secret="s3cret",
    )
    posts.clear()
    street.client.set_marks(street.place(), meta={"a": "1"})
    street.app.deliverer.deliver_due()

    post = posts[-1]
    given = post.headers["X-WC-Webhook-Signature"]
    signature.check_signature(post.body, signature=given, secrets=("s3cret",))
    with pytest.raises(WebhookRejected):
        signature.check_signature(post.body, signature=given, secrets=("other",))
    assert [hook.id for hook in setup.list_webhooks()] == [made.id]


def test_a_shop_tells_what_it_runs(street: Street) -> None:
    """Version and currency are what the shop has; a foreign gateway is none."""
    setup = StoreSetup(street.client)
    facts = setup.fetch_shop()

    assert facts.currency == "SEK"
    assert facts.woocommerce
    assert setup.fetch_gateway("no_such_gateway") is None
