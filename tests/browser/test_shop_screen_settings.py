"""The shop's settings page and the return fee of the refund form, asked without a browser."""

import re

import pytest
from werkzeug.test import Client, TestResponse

from browser.open_shop import OpenShop, stocked_desk
from kvitt.sandbox.shop import kom
from kvitt.sandbox.shop.komcalls import KlarnaCall, KlarnaReply
from kvitt.sandbox.shop.screen import Asides, ScreenApp, guard

HOST = "http://shop.example"
SECRET = "of this test"
ADMIN = "/wp-admin/admin.php"
CAPTURED = [{"key": "_wc_klarna_capture_id", "value": "c"}]


class Clerk:
    """Somebody at the screen of a shop that has a Klarna to ask."""

    def __init__(self, *, alone: bool = False) -> None:
        self.desk = stocked_desk()
        self.calls: list[KlarnaCall] = []
        klarna = None if alone else self._klarna
        screen = ScreenApp(self.desk, asides=Asides(secret=SECRET), klarna=klarna)
        self.client = Client(screen)
        self.shop = OpenShop(desk=self.desk, url=HOST)

    def _klarna(self, call: KlarnaCall) -> KlarnaReply:
        self.calls.append(call)
        capture = {"capture_id": "c", "captured_at": "then"}
        body = {"status": "CAPTURED", "captures": [capture]}
        return KlarnaReply(status=200, body=body if call.method == "GET" else {})

    def see(self, **query: str | int) -> str:
        """Return a page of the admin."""
        return self.client.get(ADMIN, query_string=query, base_url=HOST).text

    def post(self, query: dict[str, str | int], **form: str) -> TestResponse:
        """Send a form of this very screen."""
        return self.client.post(
            ADMIN,
            query_string=query,
            data={"_wpnonce": guard.token(SECRET, "admin"), **form},
            headers={"Origin": HOST},
            base_url=HOST,
        )

    def set(self, **form: str) -> TestResponse:
        """Save the settings."""
        return self.post({"page": "wc-settings"}, **{"prices_include_tax": "1", **form})


def test_the_plugin_is_switched_on_and_off() -> None:
    """Ticked it acts on orders, unticked it does not; the page shows which it is."""
    clerk = Clerk()
    clerk.set(kom_active="1")
    first = clerk.shop.buy()
    clerk.desk.set_status(first.id, "completed")
    asked = len(clerk.calls)
    shown = clerk.see(page="wc-settings")

    clerk.set()
    clerk.desk.set_status(clerk.shop.buy().id, "completed")

    assert asked == 1
    assert "On orders paid with Klarna Payments" in shown
    assert len(clerk.calls) == asked
    assert not clerk.desk.books.settings.kom_active


def test_one_of_its_habits_is_switched_off() -> None:
    """An unticked setting stops what it names; what the page did not offer stays."""
    clerk = Clerk()
    clerk.set(kom_active="1")
    clerk.set(kom_active="1", **{"klarna_payments.kom_auto_cancel": "1"})
    clerk.desk.set_status(clerk.shop.buy().id, "completed")

    stored = clerk.desk.books.settings.gateway_settings
    assert clerk.calls == []
    assert stored["klarna_payments"]["kom_auto_capture"] == "no"
    assert stored["klarna_payments"]["kom_auto_cancel"] == "yes"
    assert "kco" not in stored


def test_money_and_cron_are_set() -> None:
    """Decimals, prices and the queue's pace are the shop's from then on."""
    clerk = Clerk()
    saved = clerk.set(decimals="0", cron="dead", kustom_checkout="1")
    clerk.set(decimals="7", cron="never", kustom_checkout="1")

    settings = clerk.desk.books.settings
    assert (saved.status_code, settings.decimals, settings.cron_pace) == (303, 0, None)
    assert (settings.prices_include_tax, settings.kustom_checkout) == (True, True)
    assert "Settings saved." in clerk.see(page="wc-settings", message="saved")


def test_a_shop_alone_has_no_plugin() -> None:
    """Without a Klarna to act at, the page says so and switches nothing on."""
    clerk = Clerk(alone=True)
    clerk.set(kom_active="1")

    assert "This shop stands alone" in clerk.see(page="wc-settings")
    assert not clerk.desk.books.settings.kom_active


def test_a_pace_set_elsewhere_stays() -> None:
    """A pace the page has no word for is shown, and saving does not change it."""
    clerk = Clerk()
    clerk.desk.books.change_settings(cron_pace=7.5)
    shown = clerk.see(page="wc-settings")
    clerk.set(cron="")

    assert "Every 7.5 seconds" in shown
    assert clerk.desk.books.settings.cron_pace == 7.5


def _refund(clerk: Clerk, number: int, **typed: str) -> TestResponse:
    clerk.desk.update_order(number, {"meta_data": CAPTURED})
    query: dict[str, str | int] = {"page": "wc-orders", "action": "edit", "id": number}
    form = {"do": "refund_gateway", "refunded_so_far": "0", "restock": "1", **typed}
    return clerk.post(query, **form)


def test_a_return_fee_is_asked_about_and_kept() -> None:
    """The question names amount, fee and what the customer gets; then it is refunded."""
    clerk = Clerk()
    clerk.set(kom_active="1", **{"klarna_payments.kom_auto_capture": "1"})
    order = clerk.shop.buy()
    line = order.lines[0]
    typed = {f"refund_qty_{line.id}": "1", "return_fee": "40", "return_fee_tax": "10"}

    asked = _refund(clerk, order.id, **typed).text.replace("\u00a0", " ")
    done = _refund(clerk, order.id, **typed, confirmed="1")

    (refund,) = clerk.desk.books.refunds(order.id)
    page = clerk.see(page="wc-orders", action="edit", id=order.id).replace("\u00a0", " ")
    told = re.sub(r"<[^>]+>|\s+", " ", asked)
    assert "125,00 kr" in told
    assert "Refunded to customer" in told
    assert (done.status_code, str(refund.amount)) == (303, "75.00")
    assert "Return fee 50,00 kr. Refunded to customer 75,00 kr." in page
    assert "Return fee:" in page
    assert "<span class=&#34;" not in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"return_fee": "126"}, "less than the return fee"),
        ({"return_fee": "100", "return_fee_tax": "26"}, "less than the return fee"),
        ({"return_fee": "-1"}, "without a minus sign"),
        ({"return_fee": "much"}, "Return fee"),
    ],
)
def test_a_fee_that_cannot_be(typed: dict[str, str], words: str) -> None:
    """More than the refund, less than nothing or no number is refused, and nothing booked."""
    clerk = Clerk()
    clerk.set(kom_active="1")
    order = clerk.shop.buy()

    answer = _refund(clerk, order.id, refund_amount="125", confirmed="1", **typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert clerk.desk.books.refunds(order.id) == []


def test_without_the_plugin_no_fee_is_kept() -> None:
    """The form has no place for a fee then, and one that is sent is passed over."""
    clerk = Clerk()
    order = clerk.shop.buy()

    _refund(clerk, order.id, refund_amount="125", confirmed="1", return_fee="40")

    (refund,) = clerk.desk.books.refunds(order.id)
    assert (str(refund.amount), refund.fees) == ("125", ())


def test_the_plugin_may_be_on_already() -> None:
    """Switching on what is on leaves one plugin that acts, not two."""
    clerk = Clerk()
    kom.activate(clerk.desk, lambda _call: KlarnaReply(status=500))
    clerk.set(kom_active="1", **{"klarna_payments.kom_auto_capture": "1"})
    clerk.desk.set_status(clerk.shop.buy().id, "completed")

    assert len(clerk.calls) == 1


def test_one_order_is_left_alone() -> None:
    """Switched off for an order, the plugin passes it over, until it is switched on again."""
    clerk = Clerk()
    order = clerk.shop.buy()
    query: dict[str, str | int] = {"page": "wc-orders", "action": "edit", "id": order.id}
    without = clerk.see(**query)
    clerk.set(kom_active="1", **{"klarna_payments.kom_auto_capture": "1"})

    off = clerk.post(query, do="kom_off")
    clerk.desk.set_status(order.id, "completed")
    asked = len(clerk.calls)
    shown = clerk.see(**query)
    clerk.post(query, do="kom_on")
    clerk.desk.set_status(order.id, "processing")
    clerk.desk.set_status(order.id, "completed")

    assert "Klarna Order Management" not in without
    assert off.headers["Location"].endswith("message=kom_off")
    assert "leaves this order alone" in shown
    assert (asked, len(clerk.calls)) == (0, 1)
