"""The desk's pages: what a trainer sees and can press."""

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from contract.sandbox_klarna.till import ORDERS, USER, Till, line


def _text(page: TestResponse) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


def _press(till: Till, path: str, **form: str) -> TestResponse:
    return till.client.post(f"/__sim{path}", data=form)


def test_the_list_shows_each_order(till: Till) -> None:
    """Amounts, status and the shop's number are on the list."""
    oid = till.place(123450, merchant_reference1="1001")
    till.capture(oid, 23450)

    text = _text(till.client.get("/"))

    for shown in ("1001", "1,234.50 SEK", "234.50", "part captured"):
        assert shown in text


def test_an_empty_list_says_what_to_do(till: Till) -> None:
    """Without orders the page says where they come from."""
    assert "No order yet" in _text(till.client.get("/"))


def test_a_long_list_has_pages(till: Till) -> None:
    """Fifty orders to a page, newest first."""
    for number in range(51):
        till.place(merchant_reference1=f"N{number}")
        till.pass_time(seconds=1)

    first, second = till.client.get("/"), till.client.get("/?page=2")

    assert "N50" in first.text
    assert re.search(r"\bN0\b", second.text)
    assert "Page 1 of 2" in _text(first)


def test_an_orders_page_tells_everything(till: Till) -> None:
    """Lines, captures, refunds, addresses, parcels and the history are on an order's page."""
    address = {"given_name": "Ann", "city": "Umeå"}
    oid = till.place(1000, billing_address=address, order_lines=(line("Teapot"),))
    parcel = {"shipping_company": "postnord", "tracking_number": "T42"}
    till.capture(oid, 600, order_lines=[line("Cup", price=600)], shipping_info=[parcel])
    till.refund(oid, 100, reference="1001|57")

    text = _text(till.client.get(f"/__sim/order/{oid}"))

    for shown in ("Teapot", "Cup", "Umeå", "T42", "1001|57", "Captured 6.00 SEK", oid):
        assert shown in text


def test_what_a_customer_wrote_is_only_text(till: Till) -> None:
    """Markup in a name does not become markup of the page."""
    oid = till.place(order_lines=(line("<script>alert(1)</script>"),))

    page = till.client.get(f"/__sim/order/{oid}")

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "script" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("action", "form", "status"),
    [
        ("capture", {"amount": "4,00"}, "PART_CAPTURED"),
        ("capture", {"amount": "10.00"}, "CAPTURED"),
        ("cancel", {}, "CANCELLED"),
        ("extend", {}, "AUTHORIZED"),
        ("expire", {}, "EXPIRED"),
        ("status", {"status": "CLOSED"}, "CLOSED"),
        ("fraud", {"decision": "REJECTED"}, "AUTHORIZED"),
    ],
)
def test_buttons_of_an_order(
    till: Till, action: str, form: dict[str, str], status: str
) -> None:
    """Each button does what it says, and leads back to a page that says so."""
    oid = till.place(1000)

    pressed = _press(till, f"/order/{oid}/{action}", **form)

    assert pressed.status_code == 303
    assert 'role="status"' in till.client.get(pressed.headers["Location"]).text
    assert till.read(oid)["status"] == status


def test_refund_and_release_buttons(till: Till) -> None:
    """Refund and release are offered and work once something was captured."""
    oid = till.place(1000)
    before = till.client.get(f"/__sim/order/{oid}").text
    till.capture(oid, 400)
    _press(till, f"/order/{oid}/refund", amount="1.50")
    _press(till, f"/order/{oid}/release")

    order = till.read(oid)
    assert "/refund" not in before
    assert (order["status"], order["refunded_amount"]) == ("CAPTURED", 150)


@pytest.mark.parametrize("amount", ["2000", "a lot", "", "0", "-5"])
def test_a_refusal_is_shown_on_the_page(till: Till, amount: str) -> None:
    """What cannot be done says why, on the order's page."""
    oid = till.place(1000)

    page = _press(till, f"/order/{oid}/capture", amount=amount)

    assert page.status_code == 409
    assert "Not done." in page.text
    assert till.read(oid)["captured_amount"] == 0


def test_placing_an_order_by_hand(till: Till) -> None:
    """The form on the list places an order and leads to its page."""
    form = {
        "merchant": USER,
        "amount": "249.00",
        "currency": "NOK",
        "country": "NO",
        "name": "Kettle",
        "reference": "77",
        "method": "INVOICE",
        "email": "ann+pend-accept-10@example.com",
    }

    page = till.client.post("/__sim/place", data=form, follow_redirects=True)

    text = _text(page)
    for shown in ("Order placed.", "Kettle", "249.00 NOK", "under review", "77"):
        assert shown in text


def test_an_amount_that_is_none_places_nothing(till: Till) -> None:
    """A wrong amount is told, and no order is placed."""
    page = _press(till, "/place", merchant=USER, amount="x")

    assert "Not done." in page.text
    assert len(till.books.orders) == 0


def test_the_lab_moves_the_clock_and_faults(till: Till) -> None:
    """Clock, faults, random faults, switches and merchants change by their forms."""
    fault = {"name": "slow", "operation": "*", "order_id": "", "nth": "1", "times": "2"}
    swarm = {"percent": "10", "seed": "s", "names": "http_500"}
    _press(till, "/lab/clock", advance="1d")
    _press(till, "/lab/fault", **fault)
    _press(till, "/lab/swarm", **swarm)
    _press(till, "/lab/switch", name="read_lag_ms", value="20")
    _press(till, "/lab/switch", name="refund_ids", value="False")
    _press(till, "/lab/switch", name="allocation", value="fifo")
    _press(till, "/lab/merchant", merchant=USER, sums="strict", persona="kustom")

    settings = till.books.settings
    assert till.clock.now().day == 16
    assert [rule.name for rule in till.app.faults.rules] == ["slow"]
    assert till.app.faults.swarm_weights == {"http_500": 0.1}
    assert (settings.read_lag_ms, settings.refund_ids) == (20, False)
    assert (settings.allocation, settings.merchants[0].persona) == ("fifo", "kustom")
    assert "slow" in _text(till.client.get("/__sim/lab")).lower()


def test_the_lab_takes_faults_away_and_starts_over(till: Till) -> None:
    """A fault is removed, random faults end at zero percent, and all can be reset."""
    till.place()
    rule = till.app.faults.add("slow")
    till.app.faults.swarm(seed="s", weights={"http_500": 0.1})
    _press(till, "/lab/unfault", rule=rule.rule_id)
    _press(till, "/lab/swarm", percent="0")
    _press(till, "/lab/reset")

    assert till.app.faults.rules == ()
    assert till.app.faults.swarm_weights == {}
    assert len(till.books.orders) == 0


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("clock", {"advance": "soon"}),
        ("swarm", {"percent": "10"}),
        ("swarm", {"percent": "many"}),
        ("fault", {"name": "gremlin"}),
        ("fault", {"name": "slow", "nth": "0"}),
        ("switch", {"name": "read_lag_ms", "value": "x"}),
        ("switch", {"name": "gravity", "value": "x"}),
        ("merchant", {"merchant": "who", "sums": "strict", "persona": "klarna"}),
        ("merchant", {}),
    ],
)
def test_what_the_lab_cannot_do(till: Till, action: str, form: dict[str, str]) -> None:
    """A form that makes no sense is answered on the page, and never with a 500."""
    page = _press(till, f"/lab/{action}", **form)

    assert page.status_code == 409
    assert "Not done." in page.text


def test_the_list_of_requests(till: Till) -> None:
    """Requests are shown with their answers, can be narrowed, and emptied."""
    oid = till.place(1000)
    till.capture(oid, 400, key="k-42")
    till.call("GET", f"{ORDERS}/x", auth=("who", "what"))

    text = _text(till.client.get("/__sim/requests"))
    narrowed = _text(till.client.get(f"/__sim/requests?q={oid}"))
    _press(till, "/lab/forget")

    for shown in ("Create capture", "k-42", "stored", "wrong credentials"):
        assert shown in text
    assert "wrong credentials" not in narrowed
    assert "Nothing was asked yet" in _text(till.client.get("/__sim/requests"))


def test_the_pages_say_what_they_are(till: Till) -> None:
    """Every page says that this Klarna was never compared with the live one."""
    oid = till.place()
    paths = ("/", f"/__sim/order/{oid}", "/__sim/lab", "/__sim/requests")

    for path in paths:
        assert "never compared with the live" in _text(till.client.get(path))


def test_an_unknown_order_leads_back(till: Till) -> None:
    """A page for an order that is not there leads back to the list."""
    page = till.client.get("/__sim/order/x")

    assert page.status_code == 404
    assert 'href="/"' in page.text


def test_static_files(till: Till) -> None:
    """The stylesheet and the badge are served, and nothing else."""
    sheet = till.client.get("/__sim/static/desk.css")

    assert (sheet.status_code, sheet.mimetype) == (200, "text/css")
    assert till.client.get("/__sim/static/badge.svg").mimetype == "image/svg+xml"
    assert till.client.get("/__sim/static/desk.py").status_code == 404
    assert till.client.get("/__sim/static/nothing.css").status_code == 404
