"""A kvitt in which every page of the console has something to show, and where they stand.

The law: every address there is stands here, with the pages that it shows or with the reason
why it shows none. A new address fails ``test_every_page.py`` until it is added.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from browser import console_orders, programs
from browser.console_orders import Stall
from integration.newcomers import Street, street_of
from kvitt.adapters.database.inbox import Inbox, Received, Trace
from kvitt.adapters.database.models import (
    Delivery,
    DeliveryState,
    IntentRow,
    KlarnaAccount,
)
from kvitt.adapters.database.models import Order as OrderRow
from kvitt.adapters.database.vault import Vault
from kvitt.domain.asks import Command, Request
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.money import Money
from kvitt.domain.plan import Guard
from kvitt.domain.runs import Run, RunCommand, Wanted
from kvitt.domain.shop import Trouble
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.screenwork import LineEdit
from kvitt.settings import Settings
from kvitt.web import bulk, desk
from kvitt.web.accounts import people
from kvitt.web.accounts.models import SecondFactor
from kvitt.web.accounts.roles import Role
from kvitt.web.console.models import SavedView
from kvitt.web.console.shops import desk as shop_desk
from security.addresses import Address

#: What an address of these names answers is no page.
NO_PAGES: Mapping[str, str] = {
    "set_language": "takes a choice, and leads back",
    "console:home": "leads to the list of orders",
    "console:of-shop": "leads to the order",
    "console:download": "a file",
    "console:run-results": "a file",
    "console:reconciliation-file": "a file",
    "console:live": "a part of the order's page",
    "console:asked-live": "a part of the answer's page",
    "console:run-live": "a part of the run's page",
    "console:sandbox-live": "a part of the sandbox's page",
    "console:webhook-live": "a part of the webhook's page",
    "console:connect-callback": "for shops' servers",
    "console:ask-update": "nothing to choose: leads to the review",
    "console:ask-cancel": "nothing to choose: leads to the review",
    "console:ask-release": "nothing to choose: leads to the review",
    "console:ask-extend": "nothing to choose: leads to the review",
    "console:ask-resend": "nothing to choose: leads to the review",
}
#: What an empty kvitt shows.
EMPTY = (
    "/orders",
    "/attention",
    "/activity",
    "/runs",
    "/overview",
    "/reconciliation",
    "/inbox",
    "/shops",
    "/sandbox",
)
#: What whoever has not signed in sees.
OUTSIDE = frozenset({"login", "login-code", "invitation"})
WOULD = {"steps": ["The shop's order is completed, so 299.00 SEK is captured."], "hold": ""}
KEY = "4a1f9a54-0d2c-4b0e-8a58-3c5d0a1b2c3d"
#: Fills the names in addresses that are only asked whether they are pages.
FILLED = {
    **dict.fromkeys(("key", "call_id", "run_id", "attempt_id", "number", "message_id"), KEY),
    **dict.fromkeys(("token", "nonce", "code"), "x"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tour:
    """The full kvitt, and the pages to look at."""

    owner: User
    #: Name of an address → what is looked at under it.
    pages: Mapping[str, tuple[str, ...]]

    def inside(self) -> list[str]:
        """Return every page of somebody who has signed in."""
        named = ((name, paths) for name, paths in self.pages.items() if name not in OUTSIDE)
        return [path for _name, paths in named for path in paths]

    def outside(self) -> list[str]:
        """Return every page of somebody who has not."""
        return [path for name in sorted(OUTSIDE) for path in self.pages.get(name, ())]


def addresses() -> dict[str, str]:
    """Return the names of all addresses for people, each filled with something or other."""
    return {
        name: each.filled(FILLED)
        for name, each in _named(get_resolver().url_patterns, "", "")
        if not each.of_the_api
    }


def _named(patterns: Any, place: str, route: str) -> Iterator[tuple[str, Address]]:
    for pattern in patterns:
        here = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            below = f"{pattern.namespace}:" if pattern.namespace else place
            yield from _named(pattern.url_patterns, below, here)
        elif isinstance(pattern, URLPattern):
            yield f"{place}{pattern.name}", Address(route=here, view=pattern.callback)


@contextmanager
def full_kvitt(settings: Settings) -> Iterator[Tour]:
    """Run the town and kvitt, and bring about everything a page can show."""
    with street_of(settings) as street:
        desk.use(street.parts.desk)
        bulk.use(street.parts.bulk)
        shop_desk.use(street.desk)
        try:
            yield _furnished(street)
        finally:
            shop_desk.use(None)
            bulk.use(None)
            desk.use(None)


def _furnished(street: Street) -> Tour:
    olga = console_orders.person(Role.OWNER, name="olga")
    console_orders.person(Role.OPERATOR, name="anna")
    bert = console_orders.person(Role.VIEWER, name="bert")
    SecondFactor.objects.create(user=bert, secret_sealed="", confirmed_at=timezone.now())
    stall = _stall()
    SavedView.objects.create(user=olga, name="Morning round", query="view=to-capture&q=1042")
    sold = _Sold(street, street.connect())
    pages: dict[str, tuple[str, ...]] = {
        **_lists(stall),
        **_order_pages(stall, sold),
        **_forms(sold),
        **_runs(sold),
        **_shops(sold),
        **_accounts(olga, stall),
        **_webhooks(stall),
    }
    return Tour(owner=olga, pages=pages)


def _stall() -> Stall:
    """A shop with an order of every kind, and with calls in every state."""
    stall = console_orders.open_stall(timezone.now())
    console_orders.street(stall)
    console_orders.processing(stall)
    console_orders.part_refunded(stall)
    console_orders.held(stall)
    console_orders.held(stall, 1028, ends=timedelta(hours=20), customer="Kari Nordmann")
    parked = console_orders.held(stall, 1027, customer="Aino Virtanen")
    IntentRow.objects.filter(order=parked).update(state="parked")
    arrived = [
        Received(
            shop=ShopId(stall.shop.pk),
            received_at=stall.now,
            topic="order.updated",
            body_sha256=f"{number:064}",
            state=DeliveryState.ACCEPTED,
            resource_id=StoreOrderId(number),
        )
        for number in (1042, 1041)
    ]
    odd = replace(
        arrived[0],
        state=DeliveryState.UNREADABLE,
        body=b'{"id": 17, "billing": {"first_name": "Astrid',
        body_sha256="a" * 64,
        resource_id=None,
    )
    traces = {Trace(stall.shop.pk, "bad_signature"): 3, Trace(stall.shop.pk, "ping"): 1}
    Inbox(Vault.of(django_settings.KVITT)).store([*arrived, odd], traces, now=stall.now)
    return stall


class _Sold:
    """Orders of a connected practice shop, in every state that an order's pages know."""

    def __init__(self, street: Street, shop: ShopId) -> None:
        self.street, self.shop = street, shop
        self.asked: dict[str, UUID] = {}
        self.fresh, self.captured, self.part, self.held = (self._buy() for _ in range(4))
        street.work()
        self._ask("done", self.captured, Request(command=Command.CAPTURE))
        self._ask("part", self.part, Request(command=Command.CAPTURE, amount=sek(9_900)))
        street.work()
        self._ask("offers", self.captured, Request(command=Command.DUE_DATE))
        street.work()
        self._change_lines()
        self._ask("waiting", self.fresh, Request(command=Command.CAPTURE, amount=sek(100)))
        street.parts.desk.withdraw(self.row(self.fresh), self.asked["waiting"], "anna")
        self.asked["withdrawn"] = self.asked["waiting"]
        self._ask("waiting", self.fresh, Request(command=Command.CAPTURE, amount=sek(100)))

    def _buy(self) -> Order:
        order = self.street.buy()
        self.street.parts.queue.want(self.shop, StoreOrderId(order.id), why="test")
        return order

    def _ask(self, name: str, order: Order, request: Request) -> None:
        key, row = uuid4(), self.row(order)
        review = self.street.parts.desk.review(row, request, ask_id=key)
        self.street.parts.desk.ask(row, review.request, ask_id=key, actor="anna")
        self.asked[name] = key

    def _change_lines(self) -> None:
        """Make one order's lines differ from Klarna's, which a person is to send."""
        shops = OrderRow.objects.get(pk=self.row(self.held)).shop
        shops.policy = {**shops.policy, "update_statuses": []}
        shops.save()
        books = self.street.town.desk
        line = books.books.order(self.held.id)
        assert line is not None
        books.set_status(self.held.id, "on-hold")
        edit = LineEdit(
            item_id=line.lines[0].id, quantity=1, subtotal=Decimal(100), total=Decimal(100)
        )
        books.edit_lines(self.held.id, [edit])
        books.calculate(self.held.id)
        self.street.look(self.shop, self.held)

    def row(self, order: Order) -> int:
        return self.street.row(order).pk


def sek(minor: int) -> Money:
    return Money(minor, "SEK")


def _lists(stall: Stall) -> dict[str, tuple[str, ...]]:
    odd = Delivery.objects.get(body_sha256="a" * 64)
    return {
        "console:orders": (
            "/orders",
            "/orders?view=to-capture&sort=oldest",
            "/orders?from=x&moved=capture-2026-11-20&ends-from=2026-11-20",
        ),
        "console:attention": ("/attention",),
        "console:activity": ("/activity?state=refused", "/activity?state=waiting"),
        "console:dashboard": ("/overview",),
        "console:reconciliation": (
            "/reconciliation",
            "/reconciliation?reason=not_captured",
            "/reconciliation?month=2020-01",
        ),
        "console:inbox": ("/inbox",),
        "console:delivery": (f"/inbox/{stall.shop.pk}/{odd.pk}",),
        "console:sandbox": ("/sandbox",),
        "console:settings": ("/settings",),
        "console:notices": (reverse("console:notices"),),
        "console:tokens": (reverse("console:tokens"),),
        "console:rules": (f"/settings/rules/{stall.shop.pk}",),
        "console:keys": ("/help/keys",),
    }


def _order_pages(stall: Stall, sold: _Sold) -> dict[str, tuple[str, ...]]:
    rows = OrderRow.objects.filter(shop=stall.shop)
    shown = [rows.get(store_order_id=number).pk for number in (1041, 1029, 1033)]
    shown += [sold.row(order) for order in (sold.captured, sold.part, sold.fresh)]
    calls = [
        IntentRow.objects.filter(state=state).first() for state in ("refused", "parked", "done")
    ]
    return {
        "console:order": tuple(f"/orders/{row}" for row in shown),
        "console:call": tuple(
            f"/orders/{call.order_id}/calls/{call.uid}" for call in calls if call
        ),
        "console:asked": tuple(
            reverse("console:asked", args=[row, sold.asked[name]])
            for name, row in (
                ("done", sold.row(sold.captured)),
                ("offers", sold.row(sold.captured)),
                ("waiting", sold.row(sold.fresh)),
                ("withdrawn", sold.row(sold.fresh)),
            )
        ),
    }


def _forms(sold: _Sold) -> dict[str, tuple[str, ...]]:
    fresh, captured, part, held = (
        f"/orders/{sold.row(order)}"
        for order in (sold.fresh, sold.captured, sold.part, sold.held)
    )
    wrong = f"by=amount&amount=many&key={KEY}"
    return {
        "console:ask-capture": (f"{part}/capture", f"{fresh}/capture"),
        "console:ask-refund": (f"{captured}/refund", f"{fresh}/refund"),
        "console:ask-due_date": (f"{captured}/due-date",),
        "console:review-capture": (
            f"{part}/capture/review?by=amount&amount=50&tracking_number=SE123&key={KEY}",
            f"{part}/capture/review?{wrong}",
            f"{captured}/capture/review?by=all&key={KEY}",
        ),
        "console:review-refund": (
            f"{captured}/refund/review?by=amount&amount=25&reason=Damaged&key={KEY}",
            f"{captured}/refund/review?{wrong}",
        ),
        "console:review-update": (f"{held}/update/review?key={KEY}",),
        "console:review-cancel": (
            f"{fresh}/cancel/review?key={KEY}",
            f"{captured}/cancel/review?key={KEY}",
        ),
        "console:review-release": (f"{part}/release/review?key={KEY}",),
        "console:review-extend": (f"{part}/extend/review?key={KEY}",),
        "console:review-resend": (f"{captured}/resend/review?key={KEY}",),
        "console:review-due_date": (
            f"{captured}/due-date/review?key={KEY}",
            f"{captured}/due-date/review?days=30&fee=2990&key={KEY}",
        ),
    }


def _runs(sold: _Sold) -> dict[str, tuple[str, ...]]:
    ended, going = uuid4(), uuid4()
    parts, orders = sold.street.parts, [sold.row(sold.part), sold.row(sold.captured)]
    for key, command in ((ended, RunCommand.CAPTURE), (going, RunCommand.SYNC)):
        found = parts.bulk.review(key, command, orders)
        wanted = [Wanted(order=each.order, request=each.request) for each in found]
        run = Run(id=key, command=command, actor="anna")
        parts.bulk.begin(run, wanted)
        if key == ended:
            parts.bulk.stop(key, actor="anna")
    chosen = "&".join(f"order={row}" for row in (*orders, sold.row(sold.fresh)))
    return {
        "console:runs": ("/runs",),
        "console:run": (f"/runs/{ended}", f"/runs/{going}"),
        "console:review-run": (
            f"/runs/review?command=capture&{chosen}",
            f"/runs/review?command=refund&{chosen}",
            "/runs/review?command=cancel",
            f"/runs/review?{chosen}",
        ),
    }


def _shops(sold: _Sold) -> dict[str, tuple[str, ...]]:
    street, shop = sold.street, sold.shop
    waiting, given = street.begun(), street.begun()
    street.desk.connecting.give_key(given.uid, street.key())
    street.activate_plugin()
    for guard in (Guard.ANOTHER_PLUGIN, Guard.IMPORTED):
        rows = OrderRow.objects.filter(store_order_id=street.buy().id)
        street.desk.imports.start(shop, actor="anna")
        while street.desk.imports.step() or street.work():
            pass
        rows.update(guard=guard.value, would=WOULD, observed=guard is Guard.IMPORTED)
    street.desk.health.standings.save_trouble(shop, Trouble.KEY_REVOKED)
    account = KlarnaAccount.objects.get(shop=shop)
    return {
        "console:shops": ("/shops",),
        "console:connect": ("/shops/connect",),
        "console:connect-attempt": (
            f"/shops/connect/{waiting.uid}",
            f"/shops/connect/{waiting.uid}?success=0",
            f"/shops/connect/{given.uid}",
        ),
        "console:shop": (f"/shops/{shop}",),
        "console:account": (reverse("console:account", args=[account.pk]),),
        "console:add-account": (f"/shops/{shop}/accounts/add",),
        "console:hand-over": (f"/shops/{shop}/hand-over",),
        "console:import": (f"/shops/{shop}/import",),
    }


def _webhooks(stall: Stall) -> dict[str, tuple[str, ...]]:
    rows = programs.of_every_kind(stall)
    return {
        "console:webhooks": (reverse("console:webhooks"),),
        "console:webhook": tuple(reverse("console:webhook", args=[row.pk]) for row in rows),
        "console:remove-webhook": (reverse("console:remove-webhook", args=[rows[0].pk]),),
    }


def _accounts(olga: User, stall: Stall) -> dict[str, tuple[str, ...]]:
    token = people.invite(olga, Role.VIEWER, shop=stall.shop.pk, now=timezone.now())
    anna = User.objects.get(username="anna")
    return {
        "login": (reverse("login"),),
        "login-code": (reverse("login-code"),),
        "confirm": (reverse("confirm"),),
        "account": (reverse("account"),),
        "password": (reverse("password"),),
        "second-factor": (reverse("second-factor"),),
        "people": (reverse("people"),),
        "person": (reverse("person", args=[anna.pk]),),
        "invitation": (
            reverse("invitation", args=[token]),
            reverse("invitation", args=["used"]),
        ),
    }
