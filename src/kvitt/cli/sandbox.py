"""``kvitt sandbox``: the practice Klarna, or the practice shop, alone, for anybody's client."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.simple_server import WSGIServer

from cyclopts import App
from rich.console import Console

from kvitt.sandbox import certificate
from kvitt.sandbox.klarna import (
    Books,
    Clock,
    Ids,
    KlarnaApp,
    Settings,
    demo_merchant,
    posting,
)
from kvitt.sandbox.klarna.serve import make_server
from kvitt.sandbox.klarna.serve import serve as serve_klarna
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.app import ShopApp
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import HandedOver
from kvitt.sandbox.shop.screen import ScreenApp
from kvitt.sandbox.shop.screen.asides import Asides
from kvitt.sandbox.town import DEMO_PASSWORD
from kvitt.web.server import free_port

sandbox = App(name="sandbox", help="A practice Klarna, a practice shop, and stories to play.")
sandbox.command("kvitt.cli.stories:stories", name="stories")
sandbox.command("kvitt.cli.stories:play", name="play")
console = Console(highlight=False)


@sandbox.command
def klarna(
    *,
    host: str = "127.0.0.1",
    port: int = 8400,
    data: Path | None = None,
    password: str = DEMO_PASSWORD,
    journal: bool = True,
) -> None:
    """Serve a practice Klarna: Order Management, Payments, a portal page and a control API.

    Example: kvitt sandbox klarna --port 8400

    Parameters
    ----------
    host
        Address to listen at.
    port
        Port to listen at.
    data
        SQLite file to keep the books in; without it they are gone when it stops.
    password
        Of the merchant whose credentials are printed.
    journal
        Keep a journal of requests; without it the service is lean enough for a benchmark.
    """
    merchant = demo_merchant(password)
    settings = Settings(merchants=(merchant,), keeps_journal=journal)
    books = Books.open(data, clock=Clock.running(), ids=Ids(), settings=settings)

    def ready(server: WSGIServer) -> None:
        base = f"http://{host}:{server.server_port}"
        console.print(
            f"Practice Klarna at {base}/ (control API under {base}/__sim)", soft_wrap=True
        )
        console.print(f"Credentials: {merchant.merchant_id} / {password}")
        console.print(f"One region alone: {base}/eu, {base}/na or {base}/oc", soft_wrap=True)
        console.print("Modelled on public documentation; never compared with the live API.")

    free_port(host, port, search=False)
    try:
        serve_klarna(KlarnaApp(books, sender=posting.post), host=host, port=port, ready=ready)
    finally:
        books.close()


@sandbox.command
def shop(
    *,
    host: str = "127.0.0.1",
    port: int = 8401,
    data: Path | None = None,
    tls: Path | None = None,
) -> None:
    """Serve a practice shop: WooCommerce's REST API, webhooks and order screen.

    Example: kvitt sandbox shop --port 8401

    Parameters
    ----------
    host
        Address to listen at.
    port
        Port to listen at.
    data
        SQLite file to keep the books in; without it they are gone when it stops.
    tls
        Serve by https with a certificate made in this folder; whoever calls has to trust
        its file ca.pem.
    """
    scheme = "https" if tls else "http"
    base = f"{scheme}://{host}:{free_port(host, port, search=False)}"
    books = ShopBooks.open(
        data,
        clock=lambda: datetime.now(UTC),
        tokens=lambda length: secrets.token_hex(length)[:length],
    )
    desk = OrderDesk(books, gateway=HandedOver())
    if not books.products():
        seeding.stock_the_shelves(books)
    key = (
        books.api_keys()[0]
        if books.api_keys()
        else seeding.issue_key(books, description="kvitt")
    )
    screen = ScreenApp(desk, asides=Asides(secret=secrets.token_hex(32)))
    application = ShopApp(desk, screen=screen, base_url=base)
    application.deliverer.start()
    try:
        with make_server(application, host=host, port=port) as server:
            if tls is not None:
                certificate.make(tls, host=host, now=datetime.now(UTC))
                certificate.secure(server, tls)
            # Said once it is so: whoever waits for these lines calls at once.
            told = f"Practice shop at {base}/ (control API under {base}/__sim)"
            console.print(told, soft_wrap=True)
            keys = f"REST key {key.consumer_key}\nsecret   {key.consumer_secret}"
            console.print(keys, soft_wrap=True)
            server.serve_forever()
    finally:
        application.deliverer.stop()
        books.close()
