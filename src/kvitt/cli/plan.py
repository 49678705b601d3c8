"""``kvitt plan``: what kvitt would do with an order, and why. It sends nothing."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.adapters.fields import Fields, parse_json
from kvitt.adapters.klarna import translate as klarna_words
from kvitt.adapters.woocommerce import translate as store_words
from kvitt.domain import render
from kvitt.domain.decide import decide, guard, settled_by_shop_alone
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.ids import KlarnaOrderId
from kvitt.domain.intents import Scope
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.plan import Journal, Situation
from kvitt.domain.policy import Policy
from kvitt.domain.store_order import StoreOrder

console = Console(highlight=False)


def plan(
    order: str = "",
    *,
    shop: Path | None = None,
    klarna: Path | None = None,
    refunds: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative=())] = False,
    as_markdown: Annotated[bool, Parameter(name="--markdown", negative=())] = False,
) -> None:
    """Show what kvitt would do with an order, and why. Nothing is sent.

    Example: kvitt plan 1042 --markdown

    Parameters
    ----------
    order
        Number of an order that kvitt has looked at; or give files instead.
    shop
        File with what WooCommerce answers to GET orders/ID (dp=6).
    klarna
        File with what Klarna answers to GET orders/ID.
    refunds
        File with what WooCommerce answers to GET orders/ID/refunds, where there are any.
    as_json
        Print JSON, with exactly what Klarna would be sent.
    as_markdown
        Print Markdown, for an issue, a chat or an e-mail.
    """
    if order:
        situation = _stored(order)
    elif shop is not None:
        situation = _from_files(shop, klarna, refunds)
    else:
        raise ConfigurationError("name an order, or give --shop FILE (and --klarna FILE)")
    found = decide(situation)
    if as_json:
        shown = render.render_json(found, scope=situation.scope)
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    elif as_markdown:
        sys.stdout.write(render.render_markdown(found) + "\n")
    else:
        console.print(render.render_text(found), soft_wrap=True)


def _from_files(shop: Path, klarna: Path | None, refunds: Path | None) -> Situation:
    """Return the situation that the files describe, with nothing done before."""
    placed = Fields(_read(shop), str(shop))
    booked = placed.children("refunds")
    if booked and refunds is None:
        raise ConfigurationError(
            "the shop has refunds of this order, and what to do depends on them: give what "
            "WooCommerce answers to GET orders/ID/refunds with --refunds FILE"
        )
    items = _read(refunds) if refunds is not None else []
    store = store_words.parse_order(
        placed, refunds=[Fields(item, str(refunds)) for item in items]
    )
    half = None
    if klarna is not None:
        fields = Fields(_read(klarna), str(klarna))
        half = klarna_words.parse_order(fields, asked=KlarnaOrderId(fields.text("order_id")))
    # No account is asked, so the order is taken to be in the environment that it names.
    environment = guard.ENVIRONMENTS.get(store.environment, "playground")
    found = _situation(store, half, journal=Journal(), policy=Policy(), environment=environment)
    if half is None and settled_by_shop_alone(found) is None:
        raise ConfigurationError(
            "the shop's half alone does not decide about this order: give what Klarna answers "
            "to GET orders/ID with --klarna FILE"
        )
    return found


def _stored(number: str) -> Situation:
    """Return the situation as last looked at, with everything that was done before."""
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    # Models can be imported only now.
    from kvitt.adapters.database import shapes
    from kvitt.adapters.database.details import OrderReader
    from kvitt.adapters.database.models import Order
    from kvitt.adapters.database.vault import Vault

    row = Order.objects.select_related("shop", "account").filter(number=number).first()
    if row is None:
        raise ConfigurationError(f"kvitt has not looked at an order {number}: see the console")
    detail = OrderReader(Vault.of(settings)).detail(row)
    if detail.snapshot.store is None:
        raise ConfigurationError(f"order {number} could not be read from the shop yet")
    return _situation(
        detail.snapshot.store,
        detail.snapshot.klarna,
        journal=detail.journal,
        policy=shapes.unpack(Policy, row.shop.policy),
        environment=row.account.environment if row.account else "",
        account=str(row.account.uid) if row.account else "",
        shop=str(row.shop.uid),
    )


def _situation(  # noqa: PLR0913 - the parts of a situation, once each
    store: StoreOrder,
    half: KlarnaOrder | None,
    *,
    journal: Journal,
    policy: Policy,
    environment: str,
    account: str = "file",
    shop: str = "file",
) -> Situation:
    scope = None
    if store.klarna_order_id is not None:
        scope = Scope(
            environment=environment,
            account=account,
            shop=shop,
            store_order_id=store.id,
            order_number=store.number,
            klarna_order_id=store.klarna_order_id,
        )
    return Situation(
        store=store,
        klarna=half,
        journal=journal,
        policy=policy,
        environment=environment,
        now=datetime.now(UTC),
        scope=scope,
    )


def _read(path: Path) -> Any:
    """Read a JSON document; a captured answer keeps it under ``body``."""
    try:
        document = parse_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    if isinstance(document, dict) and "body" in document and "request" in document:
        return document["body"]
    return document
