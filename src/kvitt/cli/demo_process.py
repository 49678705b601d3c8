"""The serving process of ``kvitt demo``: fills the town at the first start, and runs it.

Later starts keep what is there. The address may be another one each time; whoever knows
it is told.
"""

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.adapters.woocommerce.setup import ORDER_TOPICS
from kvitt.bootstrap import Parts
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.sandbox import opening_day
from kvitt.sandbox.opening_day import Pending
from kvitt.sandbox.town import DEMO_PASSWORD, Town
from kvitt.settings import Environment, Settings
from kvitt.web.server import Running

if TYPE_CHECKING:
    from kvitt.adapters.database.repositories import NewAccount, NewShop

console = Console(highlight=False)

LOGIN = "demo"
#: Opens nothing but the demo, on this machine; printed at every start.
PASSWORD = "kvitt-demo"  # noqa: S105


def start(folder: Path, *, host: str, port: int) -> Running:
    """Prepare what is missing, start everything, and say where it is."""
    base_url = f"http://{host}:{port}"
    settings = _settings(folder, host=host, port=port)
    with console.status("Preparing the database …"):
        bootstrap.start_django(settings)
        bootstrap.migrate()
        parts = bootstrap.assemble(settings)
    with console.status("Opening the practice shop and the practice Klarna …"):
        town = Town.open(folder, base_url=base_url)
        pending: tuple[Pending, ...] = ()
        if town.is_new:
            pending = opening_day.open_for_business(town, now=datetime.now(UTC))
        _connect(parts, town, base_url)
    return _run(parts, town, pending, ready=lambda: _say(base_url, town, folder))


def _settings(folder: Path, *, host: str, port: int) -> Settings:
    return configuration.load_or_create(
        data_dir=folder,
        database_url="",
        host=host,
        port=port,
        environment=Environment.DEMO,
        worker_threads=4,
        shop_concurrency=4,
        poll_seconds=0.5,
        allowed_hosts=("localhost", "127.0.0.1", "[::1]", host),
    )


def _run(
    parts: Parts, town: Town, pending: tuple[Pending, ...], *, ready: Callable[[], None]
) -> Running:
    """Make the web application; start the workers and the town once it takes connections.

    The shop and Klarna answer on this very port: whoever called them earlier would take both
    for down, and leave them alone for minutes.
    """
    from kvitt.web import wsgi

    bootstrap.open_console(parts)
    engine = bootstrap.engine_of(parts)
    application = wsgi.build(parts.settings, mounts=town.mounts, on_hint=parts.bell.ring)
    begun, ended, turn = threading.Event(), threading.Event(), threading.Lock()
    merchant = threading.Thread(
        target=opening_day.play,
        args=(town, pending),
        kwargs={"stop": ended},
        name="merchant",
        daemon=True,
    )

    def begin() -> None:
        with turn:
            if ended.is_set():
                return
            town.start()
            engine.start()
            merchant.start()
            begun.set()
        ready()

    def stop() -> None:
        with turn:
            ended.set()
        # Not under a call that is left: it would take that for a failure of Klarna's.
        if not begun.is_set() or engine.stop():
            parts.connections.close()

    def close() -> None:
        if begun.is_set():
            merchant.join(timeout=1)
            town.stop()
        application.close()

    return Running(application=application, stop=stop, close=close, ready=begin)


def _connect(parts: Parts, town: Town, base_url: str) -> None:
    """Make sure that kvitt knows the town's shop, at the address it has today."""
    _make_login()
    known = parts.shops.all_shops()
    if known:
        row = known[0]
        shop = ShopId(row.pk)
        secret = parts.shops.hook_secrets(row)[0]
        parts.shops.move(shop, f"{base_url}/shop")
        for account in parts.accounts.accounts(shop):
            parts.accounts.move(account.pk, f"{base_url}/klarna")
    else:
        secret = secrets.token_urlsafe(32)
        row = parts.shops.add_shop(_new_shop(town, base_url, secret))
        shop = ShopId(row.pk)
        parts.accounts.add_account(_new_account(town, shop, base_url))
        parts.shops.advance(shop, datetime.now(UTC))
        orders = [StoreOrderId(order.id) for order in town.desk.books.orders()]
        parts.queue.want_many(shop, orders, why="demo")
    town.subscribe(f"{base_url}/hooks/{row.hook_token}", secret, topics=ORDER_TOPICS)


def _new_shop(town: Town, base_url: str, secret: str) -> "NewShop":
    from kvitt.adapters.database.repositories import NewShop

    key = town.rest_key()
    return NewShop(
        uid=uuid4(),
        name="Practice shop",
        url=f"{base_url}/shop",
        consumer_key=key.consumer_key,
        consumer_secret=key.consumer_secret,
        hook_token=secrets.token_urlsafe(24),
        hook_secret=secret,
        currency="SEK",
    )


def _new_account(town: Town, shop: ShopId, base_url: str) -> "NewAccount":
    from kvitt.adapters.database.repositories import NewAccount

    return NewAccount(
        uid=uuid4(),
        shop=shop,
        label="Practice Klarna",
        region="custom",
        environment="playground",
        username=town.merchant_id,
        password=DEMO_PASSWORD,
        base_url=f"{base_url}/klarna",
    )


def _make_login() -> None:
    from django.contrib.auth.models import User

    from kvitt.web.accounts import roles

    user, _ = User.objects.get_or_create(username=LOGIN)
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save()
    roles.give(user, roles.Role.OWNER)


def _say(base_url: str, town: Town, folder: Path) -> None:
    """Print where everything is."""
    key = town.rest_key()
    orders = len(town.desk.books.orders())
    rows = (
        ("Console", f"{base_url}/", f"sign in as {LOGIN}, password {PASSWORD}"),
        ("Shop", f"{base_url}/shop/", f"{orders} orders; no login needed"),
        ("Klarna", f"{base_url}/klarna/", "as the merchant's portal shows it"),
        ("Stories", f"{base_url}/stories/", "histories to practise with, one button each"),
        ("REST key", key.consumer_key, ""),
        ("Secret", key.consumer_secret, "of the shop's REST API"),
    )
    console.print()
    for label, what, remark in rows:
        console.print(f"  {label:<9} {what:<32}  {remark}".rstrip(), soft_wrap=True)
    console.print(f"\n  Data is kept in {folder}.", soft_wrap=True)
    console.print("  No real money moves here. Ctrl-C stops.\n")
    console.print("Ready.")
