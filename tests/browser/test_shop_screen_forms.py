"""What the order screen accepts, shows and refuses, asked without a browser."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest
from werkzeug.test import Client, TestResponse

from browser.open_shop import ASTRID, OpenShop, stocked_desk
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.screen import Asides, ScreenApp, guard

HOST = "http://shop.example"
SECRET = "of this test"
HOSTILE = "<script>alert(1)</script><b onclick='x'>\"'&amp;{{71*71}}"
ORDER = "/wp-admin/admin.php"


class Visitor:
    """Somebody at the screen, sending what a browser on its own page would send."""

    def __init__(self, desk: OrderDesk) -> None:
        self.desk = desk
        self.shop = OpenShop(desk=desk, url=HOST)
        asides = Asides(
            secret=SECRET,
            klarna_order_url="/klarna/orders/{klarna_order_id}",
            console_url="/console/",
            console_order_url="/console/orders/{order_id}",
        )
        self.client = Client(ScreenApp(desk, asides=asides))

    def get(self, path: str, **query: str | int) -> TestResponse:
        return self.client.get(path, query_string=query, base_url=HOST + "/shop")

    def see(self, order: Order, **query: str | int) -> str:
        answer = self.get(ORDER, page="wc-orders", action="edit", id=order.id, **query)
        assert answer.status_code == 200
        return answer.text

    def press(
        self,
        order: Order,
        do: str,
        form: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] = MappingProxyType({"Origin": HOST}),
    ) -> TestResponse:
        fields = {"_wpnonce": guard.token(SECRET, "admin"), "do": do, **(form or {})}
        return self.client.post(
            ORDER,
            query_string={"page": "wc-orders", "action": "edit", "id": order.id},
            data=fields,
            headers=dict(headers),
            base_url=HOST + "/shop",
        )


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(stocked_desk())


def refusal(answer: TestResponse) -> str:
    """Return what the page says in its alert."""
    assert answer.status_code == 422
    found = re.search(r'<p class="notice error">(.*?)</p>', answer.text)
    assert found
    return found[1].replace("\u00a0", " ")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Referer": "http://elsewhere.example/shop.example"},
        {},
    ],
    ids=["another site", "a hidden site", "another page", "no page"],
)
def test_a_form_from_elsewhere_is_refused(visitor: Visitor, headers: dict[str, str]) -> None:
    """A post that does not come from this very host changes nothing, even with the token."""
    order = visitor.shop.buy()

    answer = visitor.press(order, "save", {"order_status": "cancelled"}, headers=headers)

    assert answer.status_code == 403
    assert visitor.shop.order(order).status == "processing"


@pytest.mark.parametrize("token", ["", "guessed", "é"])
def test_a_form_without_the_token_is_refused(visitor: Visitor, token: str) -> None:
    """A post from this host without the signed token changes nothing."""
    order = visitor.shop.buy()

    answer = visitor.press(order, "save", {"_wpnonce": token, "order_status": "cancelled"})

    assert answer.status_code == 403
    assert visitor.shop.order(order).status == "processing"


def test_hostile_texts_stay_texts(visitor: Visitor) -> None:
    """Names, products, notes, reasons and searches come out escaped on every page."""
    order = visitor.desk.update_order(
        visitor.shop.buy(status="on-hold").id,
        {
            "billing": {"first_name": HOSTILE, "email": f"a@b{HOSTILE}"},
            "customer_note": HOSTILE,
            "transaction_id": HOSTILE,
            "fee_lines": [{"name": HOSTILE, "total": "1"}],
        },
    )
    visitor.desk.add_note(order.id, HOSTILE, by=HOSTILE)

    pages = [visitor.see(order, items=state) for state in ("", "edit", "refund", "add")]
    pages.append(visitor.get(ORDER, page="wc-orders", s=HOSTILE).text)
    pages.append(visitor.get(ORDER, page="wc-orders").text)

    for text in pages:
        assert "<script>alert" not in text
        assert "<b onclick" not in text
        assert "5041" not in text


def test_policy_allows_nothing_inline(visitor: Visitor) -> None:
    """Every page bears a strict policy and holds no inline script, style or handler."""
    order = visitor.shop.buy(status="on-hold")
    answer = visitor.get(ORDER, page="wc-orders", action="edit", id=order.id, items="edit")

    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>", answer.text)


def test_links_stay_under_the_prefix(visitor: Visitor) -> None:
    """Every address of the shop's own begins where the shop is mounted."""
    order = visitor.shop.buy(status="on-hold")
    text = visitor.see(order) + visitor.get("/").text + visitor.get(ORDER).text

    found = set(re.findall(r'(?:href|src|action)="(/[^"]*)"', text))
    own = {a for a in found if not a.startswith(("/klarna/", "/console/"))}

    assert own
    assert all(address.startswith("/shop/") for address in own)


def test_neighbours_are_linked(visitor: Visitor) -> None:
    """The Klarna order and the console's page are linked, with a hostile id made harmless."""
    order = visitor.shop.buy(klarna_order_id="kl/../1?x")

    text = visitor.see(order)

    assert 'href="/klarna/orders/kl%2F..%2F1%3Fx"' in text
    assert f'href="/console/orders/{order.id}"' in text
    assert "Playground (test)" in text


def test_old_order_addresses_lead_on(visitor: Visitor) -> None:
    """The address orders had in older WooCommerce leads to the order's page."""
    answer = visitor.get("/wp-admin/post.php", post=42, action="edit")

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("admin.php?page=wc-orders&action=edit&id=42")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/nowhere", {}),
        (ORDER, {"page": "plugins"}),
        (ORDER, {"page": "wc-orders", "action": "edit", "id": "99999"}),
        (ORDER, {"page": "wc-orders", "action": "edit", "id": "x"}),
        ("/wp-admin/static/../app.py", {}),
        ("/wp-admin/admin-ajax.php", {"action": "order_notes", "id": "7" * 30}),
    ],
)
def test_what_is_not_there_is_said_kindly(
    visitor: Visitor, path: str, query: dict[str, str]
) -> None:
    """An address without anything behind it answers 404 with a page that leads on."""
    answer = visitor.get(path, **query)

    assert answer.status_code == 404
    assert "Go to Orders" in answer.text


@pytest.mark.parametrize(
    ("do", "form", "said"),
    [
        ("save_items", {"total_{mug}": "x"}, "Total of Kaffekopp: “x” is not an amount."),
        ("save_items", {"qty_{mug}": "-1", "total_{mug}": ""}, "is not a whole number"),
        ("apply_coupon", {"coupon": ""}, "type the code first"),
        ("apply_coupon", {"coupon": "okänd"}, "okänd"),
        ("add_product", {"product": "1", "quantity": "0"}, "at least 1"),
        ("add_fee", {"fee_amount": "gratis"}, "Fee amount"),
        ("add_note", {"note": "  "}, "type the note first"),
        ("delete_note", {"note_id": "999"}, "gone already"),
        ("delete_refund", {"refund": "999"}, "gone already"),
        ("save", {"order_status": "trash"}, "choose one of the list"),
        ("save", {"created_date": "igår"}, "give a date and a time"),
    ],
)
def test_mistakes_are_named(visitor: Visitor, do: str, form: dict[str, str], said: str) -> None:
    """What cannot be done is refused with the field and the reason, and nothing changes."""
    order = visitor.shop.buy(status="on-hold")
    named = {key.format(mug=order.lines[0].id): value for key, value in form.items()}

    answer = visitor.press(order, do, named)

    assert said in refusal(answer)
    assert visitor.shop.order(order) == order


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"refund_amount": ""}, "type an amount"),
        ({"refund_amount": "0"}, "type an amount"),
        ({"refund_amount": "548,01"}, "at most 548,00 kr is available"),
        ({"refund_qty_{mug}": "3"}, "at most 2 is left"),
        ({"refund_total_{mug}": "200,01"}, "at most 200 is left"),
        ({"refund_tax_{mug}_{rate}": "50,01"}, "at most 50 is left"),
        ({"refund_qty_{mug}": "1", "refund_amount": "100"}, "is not the sum of the lines"),
    ],
)
def test_refunds_stay_within_what_is_left(
    visitor: Visitor, form: dict[str, str], said: str
) -> None:
    """No amount, quantity, total or tax beyond what is left is refunded."""
    order = visitor.shop.buy(status="completed")
    mug, rate = order.lines[0].id, order.tax_lines[0].rate_id
    named = {key.format(mug=mug, rate=rate): value for key, value in form.items()}

    answer = visitor.press(
        order, "refund_gateway", {**named, "confirmed": "1", "refunded_so_far": "0"}
    )

    assert said in refusal(answer)
    assert visitor.desk.books.refunds(order.id) == []


def test_last_piece_takes_all_that_is_left(visitor: Visitor) -> None:
    """Piece by piece a line is given back exactly, whatever its thirds round to."""
    order = visitor.shop.buy(status="on-hold")
    line = order.lines[0].id
    edit = {f"qty_{line}": "3", f"total_{line}": "100", f"tax_{line}_1": "25", "scaled": "1"}
    visitor.press(order, "save_items", {**edit, f"subtotal_{line}": "100"})
    for so_far in ("0", "41,67", "83,34"):
        answer = visitor.press(
            order,
            "refund_gateway",
            {"confirmed": "1", "refunded_so_far": so_far, f"refund_qty_{line}": "1"},
        )
        assert answer.status_code == 303

    assert visitor.desk.refunded_total(order.id, line) == Decimal(100)
    assert visitor.desk.refunded_tax(order.id, line, 1) == Decimal(25)


def test_manual_refund_does_not_ask_the_gateway(visitor: Visitor) -> None:
    """Refund manually books the refund without the gateway, and says so before."""
    order = visitor.shop.buy(status="completed")
    form = {"refunded_so_far": "0", "refund_amount": "10"}

    asked = visitor.press(order, "refund_manual", form)
    visitor.press(order, "refund_manual", {**form, "confirmed": "1"})

    assert "Refund 10,00\u00a0kr manually" in asked.text
    (refund,) = visitor.desk.books.refunds(order.id)
    assert (refund.amount, refund.refunded_payment) == (Decimal(10), False)


@pytest.mark.parametrize(
    "do", ["save_items", "calculate_taxes", "calculate_totals", "add_fee", "remove_item"]
)
def test_items_are_locked_while_processing(visitor: Visitor, do: str) -> None:
    """An order that is Processing keeps its items whatever is posted."""
    order = visitor.shop.buy()

    answer = visitor.press(order, do, {"fee_amount": "1", "item": str(order.lines[0].id)})

    assert refusal(answer) == "This order is no longer editable."
    assert visitor.shop.order(order) == order


def test_unknown_button_is_refused(visitor: Visitor) -> None:
    """A form that presses no button of the page changes nothing."""
    order = visitor.shop.buy()

    assert visitor.press(order, "explode").status_code == 400
    assert visitor.shop.order(order) == order


def test_addresses_and_date_are_saved(visitor: Visitor) -> None:
    """Save Order stores the addresses and the date as typed, on the shop's own clock."""
    order = visitor.shop.buy()

    visitor.press(
        order,
        "save",
        {
            "billing_company": "Kvitt AB",
            "shipping_city": "Umeå",
            "created_date": "2026-03-01",
            "created_time": "13:30",
        },
    )

    saved = visitor.shop.order(order)
    assert (saved.billing.company, saved.billing.email) == ("Kvitt AB", ASTRID.email)
    assert saved.shipping.city == "Umeå"
    assert saved.created == datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_saving_without_a_change_keeps_the_date(visitor: Visitor) -> None:
    """Save Order on an untouched form leaves the order's date to the second."""
    order = visitor.shop.buy()
    local = Decimal(visitor.desk.books.settings.utc_offset_minutes)
    assert local == 60
    created = order.created.astimezone(UTC).timestamp() + 3600
    shown = datetime.fromtimestamp(created, tz=UTC)

    visitor.press(
        order,
        "save",
        {"created_date": f"{shown:%Y-%m-%d}", "created_time": f"{shown:%H:%M:%S}"},
    )

    assert visitor.shop.order(order).created == order.created


def test_trashed_orders_cannot_be_edited(visitor: Visitor) -> None:
    """A form posted for an order in the Trash changes nothing and offers to restore it."""
    order = visitor.shop.buy()
    visitor.desk.trash(order.id)

    answer = visitor.press(order, "save", {"order_status": "completed"})

    assert "Restore it first" in answer.text
    assert visitor.shop.order(order).status == "trash"


def test_files_are_cached_by_their_content(visitor: Visitor) -> None:
    """Stylesheet and script come with a mark of their content, and are not sent twice."""
    first = visitor.get("/wp-admin/static/screen.js")

    again = visitor.client.get(
        "/wp-admin/static/screen.js", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert first.mimetype == "text/javascript"
    assert again.status_code == 304
