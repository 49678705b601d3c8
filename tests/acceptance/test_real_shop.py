"""What must work in any WooCommerce shop: run against the practice shop, or a real one.

How to point it at a real shop is said in ``real_shop.py``.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from acceptance.real_shop import Places, Street, connected, places
from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.adapters.database.models import ShopStanding
from kvitt.domain.asks import AskState, Command, Request
from kvitt.domain.money import Money
from kvitt.domain.shop import Trouble

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Give the shop and the Klarna of this run."""
    with places(tmp_path_factory.mktemp("certificate")) as found:
        yield found


@pytest.fixture
def street(where: Places, tmp_path: Path) -> Iterator[Street]:
    """Give kvitt, connected to both, and remove its orders at the end."""
    settings = configuration.load(
        data_dir=tmp_path,
        allow_local=True,
        ca_file=where.ca_file,
        klarna_url=where.klarna_url,
    )
    found = connected(where, settings)
    try:
        yield found
    finally:
        found.tidy_up()
        found.parts.connections.close()


def test_no_other_order_is_touched(street: Street) -> None:
    """A change that another made meanwhile is found, and is left to whoever keeps that shop."""
    order, _ = street.buy("125.00")
    street.look(order)
    foreign, klarna = street.buy("125.00")
    street.disown(foreign)
    street.rest(f"orders/{foreign}", {"status": "completed"}, method="PUT")

    street.parts.sweep()
    street.work()

    assert street.klarna(f"orders/{klarna}")["status"] == "AUTHORIZED"
    street.adopt(foreign)


def test_a_cancelled_order_is_cancelled(street: Street) -> None:
    """Cancelled in the shop is cancelled at Klarna, with the note that says so."""
    order, klarna = street.buy("125.00")
    street.look(order)

    street.change(order, status="cancelled")

    assert street.klarna(f"orders/{klarna}")["status"] == "CANCELLED"
    assert "Klarna order cancellation completed." in street.notes(order)


def test_an_updated_order_is_updated(street: Street) -> None:
    """On hold, a changed line, processing again: Klarna has the new amount."""
    order, klarna = street.buy("125.00", "50.00")
    street.look(order)
    street.change(order, status="on-hold")
    (_, second) = street.rest(f"orders/{order}")["fee_lines"]

    street.change(order, fee_lines=[{"id": second["id"], "total": "25.00"}])
    street.change(order, status="processing")

    assert street.klarna(f"orders/{klarna}")["order_amount"] == 15_000
    assert any("175.00" in note and "150.00" in note for note in street.notes(order))


def test_a_completed_order_is_captured_once(street: Street) -> None:
    """Completed is captured in full, once, with the invoice number in the note."""
    order, klarna = street.buy("125.00")
    street.look(order)

    street.change(order, status="completed")
    street.look(order)

    record = street.klarna(f"orders/{klarna}")
    assert (record["status"], record["captured_amount"]) == ("CAPTURED", 12_500)
    assert len([note for note in street.notes(order) if "Invoice number" in note]) == 1
    assert street.calls(order).count(("capture", "done")) == 1


def test_a_refund_is_refunded_by_its_amount(street: Street) -> None:
    """A refund booked in the shop is sent to Klarna, once."""
    order, klarna = street.buy("125.00")
    street.look(order)
    street.change(order, status="completed")

    street.rest(
        f"orders/{order}/refunds", {"amount": "40.00", "api_refund": False}, method="POST"
    )
    street.look(order)
    street.look(order)

    assert street.klarna(f"orders/{klarna}")["refunded_amount"] == 4_000
    assert any("Klarna refund of 40.00" in note for note in street.notes(order))


def test_a_part_is_captured(street: Street) -> None:
    """An operator captures an amount; the rest stays authorized."""
    order, klarna = street.buy("125.00")
    street.look(order)
    row, ask = street.row(order).pk, uuid4()
    request = Request(command=Command.CAPTURE, amount=Money(5_000, street.currency))
    desk = street.parts.desk
    reviewed = desk.review(row, request, ask_id=ask).request

    desk.ask(row, reviewed, ask_id=ask, actor="anna")
    street.work()

    record = street.klarna(f"orders/{klarna}")
    assert desk.answer_of(row, ask).state is AskState.DONE
    assert (record["captured_amount"], record["remaining_authorized_amount"]) == (5_000, 7_500)


def test_a_refund_made_in_the_portal_is_booked_in_the_shop(street: Street) -> None:
    """What was refunded at Klarna becomes one refund of the shop, without its gateway."""
    order, klarna = street.buy("125.00")
    street.look(order)
    street.change(order, status="completed")

    street.klarna(f"orders/{klarna}/portal/refund", {"amount": 3_000}, method="POST")
    street.parts.desk.look_again(street.row(order).pk, "anna")
    street.work()
    street.look(order)

    (refund,) = street.rest(f"orders/{order}/refunds")
    assert float(refund["amount"]) == pytest.approx(30)
    assert refund["refunded_payment"] is False
    assert street.klarna(f"orders/{klarna}")["refunded_amount"] == 3_000


def test_a_change_that_no_webhook_told_is_found(street: Street) -> None:
    """No webhook reaches this process at all: the sweep finds the completed order."""
    order, klarna = street.buy("125.00")
    street.rest(f"orders/{order}", {"status": "completed"}, method="PUT")

    street.parts.sweep()
    street.work()

    assert street.klarna(f"orders/{klarna}")["status"] == "CAPTURED"


def test_a_revoked_key_is_seen_and_mended(street: Street) -> None:
    """A key that the shop refuses is a visible trouble; a new one puts everything right."""
    order, klarna = street.buy("125.00")
    street.look(order)
    desk = bootstrap.shops_of(street.parts)
    right = street.places.key
    street.parts.shops.replace_keys(
        street.shop, consumer_key=right.consumer_key, consumer_secret="cs_revoked"
    )

    standing = desk.health.look(street.shop)
    assert standing.trouble is Trouble.KEY_REVOKED

    attempt = desk.connecting.begin(street.places.shop_url, actor="anna")
    desk.connecting.give_key(attempt.uid, right)
    assert desk.connecting.finish(attempt.uid, None) == street.shop
    street.change(order, status="completed")

    assert ShopStanding.objects.get(shop=street.shop).problem == ""
    assert street.klarna(f"orders/{klarna}")["status"] == "CAPTURED"
