"""`kvitt plan` on captured answers: no database, no settings, nothing is sent."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kvitt.cli.plan import plan
from kvitt.domain.errors import ConfigurationError

KLARNA_ID = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
MUGS = {
    "id": 1,
    "name": "Mug",
    "product_id": 5,
    "quantity": 2,
    "subtotal": "159.984000",
    "subtotal_tax": "39.996000",
    "total": "159.984000",
    "total_tax": "39.996000",
    "sku": "MUG-1",
    "taxes": [{"id": 1, "total": "39.996", "subtotal": "39.996"}],
}
SHOP: dict[str, Any] = {
    "id": 1042,
    "number": "1042",
    "status": "completed",
    "currency": "SEK",
    "total": "199.98",
    "payment_method": "klarna_payments",
    "transaction_id": KLARNA_ID,
    "date_paid_gmt": "2026-11-20T10:00:00",
    "date_modified_gmt": "2026-11-23T10:00:00",
    "line_items": [MUGS],
    "tax_lines": [{"id": 3, "rate_id": 1, "rate_percent": 25, "compound": False}],
    "refunds": [],
    "meta_data": [],
}
KLARNA: dict[str, Any] = {
    "order_id": KLARNA_ID,
    "status": "AUTHORIZED",
    "fraud_status": "ACCEPTED",
    "order_amount": 19998,
    "captured_amount": 0,
    "refunded_amount": 0,
    "remaining_authorized_amount": 19998,
    "purchase_currency": "SEK",
    "merchant_reference1": "1042",
    "captures": [],
    "refunds": [],
}
REFUND: dict[str, Any] = {
    "id": 77,
    "amount": "99.99",
    "reason": "Broken",
    "date_created_gmt": "2026-11-21T10:00:00",
    "refunded_payment": False,
    "line_items": [],
    "meta_data": [],
}


#: What makes any order one that was paid with Klarna.
PAID = ("payment_method", "transaction_id", "date_paid_gmt")
#: Orders as a real WooCommerce answered.
CAPTURED = sorted(Path(__file__).parents[1].glob("samples/woocommerce/get_order/*.json"))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Write both halves, the shop's as a captured answer keeps it."""
    captured = {"request": {"method": "GET"}, "body": SHOP}
    written = {"shop": captured, "klarna": KLARNA, "refunds": [REFUND]}
    for name, document in written.items():
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    return {name: tmp_path / name for name in written}


def changed(path: Path, **fields: object) -> Path:
    document = json.loads(path.read_text(encoding="utf-8"))
    (document.get("body") or document).update(fields)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_plan_is_printed_in_words(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Steps with their reasons, as the console and the order note say them."""
    plan(shop=files["shop"], klarna=files["klarna"])

    assert capsys.readouterr().out == (
        "1. Agree on 199.98 SEK\n"
        "   Klarna's order and the shop's order come to the same.\n"
        "2. Capture 199.98 SEK\n"
        "   The shop's order is completed, so 199.98 SEK is captured.\n"
    )


def test_a_plan_is_printed_as_markdown(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same plan, for a chat."""
    plan(shop=files["shop"], klarna=files["klarna"], as_markdown=True)

    assert "2. **Capture 199.98 SEK**: The shop's order is completed" in capsys.readouterr().out


def test_a_plan_is_printed_with_what_klarna_would_be_sent(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The JSON has each call's body, byte for byte what goes out, with its key."""
    plan(shop=files["shop"], klarna=files["klarna"], as_json=True)

    shown = json.loads(capsys.readouterr().out)
    capture = shown["steps"][-1]
    assert (capture["kind"], shown["hold"]) == ("capture", None)
    assert capture["body"]["captured_amount"] == 19998
    assert [line["total_amount"] for line in capture["body"]["order_lines"]] == [19998]
    assert capture["body"]["reference"] == capture["reference"]
    assert capture["key"]


@pytest.mark.parametrize("path", CAPTURED, ids=lambda path: path.stem)
def test_every_captured_order_is_explained_by_its_lines(
    path: Path, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """What a real WooCommerce answered is captured to the cent, and no line is made up."""
    answer = json.loads(path.read_text(encoding="utf-8"))
    order = answer.get("body", answer)
    order |= {name: SHOP[name] for name in ("status", *PAID)} | {"refunds": []}
    files["shop"].write_text(json.dumps(order), encoding="utf-8")
    amount = int(Decimal(order["total"]) * 100)
    klarna = changed(
        files["klarna"],
        order_amount=amount,
        remaining_authorized_amount=amount,
        purchase_currency=order["currency"],
        merchant_reference1=order["number"],
    )
    plan(shop=files["shop"], klarna=klarna, as_json=True)

    body = json.loads(capsys.readouterr().out)["steps"][-1]["body"]
    assert body["captured_amount"] == amount
    assert sum(line["total_amount"] for line in body["order_lines"]) == amount
    made_up = {"rounding", "adjustment", "gift_card"}
    assert not made_up & {line["reference"] for line in body["order_lines"]}


def test_refunds_lower_what_is_captured(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """With the answer that lists them, refunds before the capture are reckoned in."""
    shop = changed(files["shop"], refunds=[{"id": 77, "total": "-99.99"}])
    plan(shop=shop, klarna=files["klarna"], refunds=files["refunds"])

    assert "Capture 99.99 SEK" in capsys.readouterr().out


def test_refunds_that_are_not_given_are_asked_for(files: dict[str, Path]) -> None:
    """A plan that left out a refund would be a wrong one, so there is none."""
    shop = changed(files["shop"], refunds=[{"id": 77, "total": "-99.99"}])

    with pytest.raises(ConfigurationError, match="--refunds FILE"):
        plan(shop=shop, klarna=files["klarna"])


def test_klarnas_half_that_is_not_given_is_asked_for(files: dict[str, Path]) -> None:
    """A half that was not read is not one that Klarna does not know."""
    with pytest.raises(ConfigurationError, match="--klarna FILE"):
        plan(shop=files["shop"])


def test_what_the_shop_decides_alone_needs_no_more(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """An order that was paid another way is left alone, whatever Klarna says."""
    plan(shop=changed(files["shop"], payment_method="swish"))

    assert "paid with swish, not with Klarna" in capsys.readouterr().out


def test_an_order_of_the_live_environment_can_be_looked_at(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """No keys are used, so they cannot be those of the other environment."""
    meta = [{"id": 1, "key": "_wc_klarna_environment", "value": "live"}]
    plan(shop=changed(files["shop"], meta_data=meta), klarna=files["klarna"])

    assert "Capture 199.98 SEK" in capsys.readouterr().out
