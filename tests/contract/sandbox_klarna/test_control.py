"""The control interface under `/__sim`."""

import pytest

from contract.sandbox_klarna.till import ORDERS, USER, Till, code_of
from kvitt.sandbox.klarna import Settings
from kvitt.sandbox.klarna.orders import Json


def test_placing_an_order_by_json(till: Till) -> None:
    """A Payments body places an order, with what Klarna would add if it is told."""
    body = {
        "order_amount": 500,
        "purchase_currency": "nok",
        "purchase_country": "no",
        "locale": "nb-NO",
        "merchant_reference1": "1001",
        "payment_method": "FIXED_AMOUNT",
        "created_at": "2026-01-10T12:00:00Z",
        "merchant_urls": {"notification": "https://shop.example/n"},
        "fraud_status": "PENDING",
    }

    made = till.sim("POST", "/orders", body).get_json()

    order = till.read(made["order_id"])
    assert (order["purchase_currency"], order["purchase_country"]) == ("NOK", "NO")
    assert order["initial_payment_method"]["type"] == "FIXED_AMOUNT"
    assert order["created_at"] == "2026-01-10T12:00:00.000Z"
    assert order["fraud_status"] == "PENDING"
    assert made["sim"]["merchant_id"] == USER


def test_the_record_is_klarnas_and_more(till: Till) -> None:
    """The sandbox's record of an order is Klarna's body, and beside it a history."""
    oid = till.place(1000)
    till.capture(oid, 400)

    record = till.sim("GET", f"/orders/{oid}").get_json()

    extra = record.pop("sim")
    assert record == till.read(oid)
    assert [event["by"] for event in extra["history"]] == ["customer", "shop"]


def test_listing_and_searching(till: Till) -> None:
    """Orders are listed newest first, by status and by a part of a reference."""
    old = till.place(merchant_reference1="1001")
    till.pass_time(hours=1)
    new = till.place(merchant_reference1="1002")
    till.capture(old, 1000)

    def found(query: str) -> list[str]:
        return [o["order_id"] for o in till.sim("GET", f"/orders{query}").get_json()["orders"]]

    assert found("") == [new, old]
    assert found("?status=CAPTURED") == [old]
    assert found("?q=1002") == [new]
    assert found("?limit=1") == [new]


def test_the_portal_acts_behind_our_back(till: Till) -> None:
    """A merchant's portal captures, refunds, releases, extends and cancels."""
    oid, other = till.place(1000), till.place(1000)
    till.pass_time(days=1)
    till.sim("POST", f"/orders/{oid}/portal/extend")
    extended = till.read(oid)["expires_at"]
    made = till.sim("POST", f"/orders/{oid}/portal/capture", {"amount": 400}).get_json()
    till.sim("POST", f"/orders/{oid}/portal/release")
    till.sim("POST", f"/orders/{oid}/portal/refund")
    till.sim("POST", f"/orders/{other}/portal/cancel")

    order = till.read(oid)
    assert extended == "2026-02-13T00:00:00.000Z"
    assert order["captures"][0]["capture_id"] == made["capture_id"]
    assert (order["status"], order["refunded_amount"]) == ("CAPTURED", 400)
    assert till.read(other)["status"] == "CANCELLED"


def test_the_portal_obeys_the_rules(till: Till) -> None:
    """What Klarna refuses the shop it refuses the portal."""
    oid = till.place(1000)

    refused = till.sim("POST", f"/orders/{oid}/portal/refund", {"amount": 1})

    assert code_of(refused) == (403, "REFUND_NOT_ALLOWED")


def test_the_clock(till: Till) -> None:
    """The clock can be read, advanced and set."""
    oid = till.place()
    advanced = till.sim("POST", "/clock", {"advance": "1d 2h"}).get_json()
    till.sim("POST", "/clock", {"set": "2026-03-01T00:00:00Z"})

    assert advanced == {"now": "2026-01-16T11:00:00.000Z"}
    assert till.sim("GET", "/clock").get_json() == {"now": "2026-03-01T00:00:00.000Z"}
    assert till.read(oid)["status"] == "EXPIRED"


def test_forcing_what_the_rules_do_not_reach(till: Till) -> None:
    """Status and expiry can be forced, as long as the sums stay true."""
    oid, other = till.place(), till.place()
    till.sim("POST", f"/orders/{oid}/expire")
    till.sim("POST", f"/orders/{other}/status", {"status": "CLOSED"})

    impossible = till.sim("POST", f"/orders/{other}/status", {"status": "CAPTURED"})

    assert till.read(oid)["status"] == "EXPIRED"
    assert till.read(other)["status"] == "CLOSED"
    assert code_of(impossible) == (403, "NOT_ALLOWED")


def test_the_journal_keeps_no_secret_and_no_person(till: Till) -> None:
    """Requests are listed newest first, without credentials and with persons masked."""
    oid = till.place(billing_address={"given_name": "Ann", "country": "SE"})
    address = {"shipping_address": {"given_name": "Zoe", "postal_code": "111 22"}}
    till.act("PATCH", oid, "customer-details", address, key="k-1")
    till.read(oid)

    answer = till.sim("GET", "/journal")

    newest, oldest = answer.get_json()["requests"]
    assert (newest["operation"], newest["status"]) == ("get_order", 200)
    assert newest["answer"]["billing_address"]["given_name"] == "***"
    assert newest["answer"]["billing_address"]["country"] == "SE"
    assert oldest["headers"]["Klarna-Idempotency-Key"] == "k-1"
    for secret in ("Ann", "Zoe", "111 22", "secret", "Authorization"):
        assert secret not in answer.text


def test_the_journal_narrows_and_empties(till: Till) -> None:
    """The journal can be narrowed to an order, and emptied."""
    one, two = till.place(), till.place()
    till.read(one)
    till.read(two)
    narrowed = till.sim("GET", f"/journal?order={one}").get_json()["requests"]
    till.sim("DELETE", "/journal")

    assert [entry["path"] for entry in narrowed] == [f"{ORDERS}/{one}"]
    assert till.sim("GET", "/journal").get_json()["requests"] == []


def test_wrong_credentials_are_in_the_journal(till: Till) -> None:
    """Who was turned away is listed, so that a trainer sees the wrong password."""
    till.call("GET", f"{ORDERS}/x", auth=("who", "what"))

    assert till.sim("GET", "/journal").get_json()["requests"][0]["status"] == 401


def test_switches_and_merchants(till: Till) -> None:
    """Switches change by name, a merchant's treatment too, and no credential is shown."""
    till.sim("PATCH", "/settings", {"read_lag_ms": 1500})
    till.sim("PATCH", f"/merchants/{USER}", {"sums": "strict"})

    answer = till.sim("GET", "/settings")

    shown = answer.get_json()
    assert shown["switches"]["read_lag_ms"] == 1500
    assert shown["merchants"][USER]["sums"] == "strict"
    assert "secret" not in answer.text


def test_faults_and_swarm(till: Till) -> None:
    """Faults are added, listed and removed, and a swarm is set and cleared."""
    rule = till.sim("POST", "/faults", {"name": "slow", "times": 3}).get_json()
    swarm = {"seed": "a", "weights": {"http_500": 0.5}}
    listed = till.sim("PUT", "/swarm", swarm).get_json()
    removed = till.sim("DELETE", f"/faults/{rule['rule_id']}").get_json()
    cleared = till.sim("DELETE", "/faults").get_json()

    assert [item["name"] for item in listed["faults"]] == ["slow"]
    assert listed["swarm"] == swarm
    assert removed == {"removed": True}
    assert cleared == {"faults": [], "swarm": {"seed": "", "weights": {}}}


def test_reset(till: Till) -> None:
    """A reset forgets orders, requests and faults, and puts the clock back."""
    oid = till.place()
    till.read(oid)
    till.app.faults.add("http_500", times=0)
    till.pass_time(days=3)

    answer = till.sim("POST", "/reset").get_json()

    assert answer == {"now": "2026-01-15T09:00:00.000Z"}
    assert till.sim("GET", "/orders").get_json()["count"] == 0
    assert till.sim("GET", "/journal").get_json()["requests"] == []
    assert code_of(till.call("GET", f"{ORDERS}/{oid}")) == (404, "NO_SUCH_ORDER")


def test_the_index_names_every_call(till: Till) -> None:
    """The control interface says what can be asked of it, and what can go wrong."""
    index = till.sim("GET", "/").get_json()

    assert "POST /__sim/orders/<order>/portal/capture" in index["calls"]
    assert "timeout_after_commit" in index["faults"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("DELETE", "/clock", None, 405),
        ("POST", "/clock", {"advance": "soon"}, 400),
        ("POST", "/clock", {"advance": "99999999999d"}, 400),
        ("POST", "/clock", {}, 400),
        ("POST", "/orders", {}, 400),
        ("POST", "/orders", {"order_amount": "much"}, 400),
        ("POST", "/orders", {"order_amount": 1, "merchant_id": "who"}, 400),
        ("GET", "/orders/x", None, 404),
        ("POST", "/orders/x/portal/cancel", None, 404),
        ("POST", "/orders/x/portal/capture", {"amount": "much"}, 400),
        ("POST", "/orders/x/notify", {"event_type": "NEWS"}, 400),
        ("POST", "/orders/x/fraud", {"decision": "MAYBE"}, 400),
        ("POST", "/sessions/x/authorize", None, 404),
        ("PATCH", "/settings", {"gravity": 1}, 400),
        ("PATCH", f"/merchants/{USER}", {"password": "x"}, 400),
        ("PATCH", "/merchants/who", {"sums": "strict"}, 400),
        ("POST", "/faults", {"name": "gremlin"}, 400),
        ("POST", "/faults", {"name": "slow", "often": 2}, 400),
    ],
)
def test_what_cannot_be_understood(
    till: Till, method: str, path: str, body: Json | None, status: int
) -> None:
    """A wrong call is answered in JSON, and never with a 500."""
    answer = till.sim(method, path, body)

    assert answer.status_code == status
    assert answer.is_json


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Referer": "https://evil.example/page"}, 403),
    ],
)
def test_other_sites_cannot_press_buttons(
    till: Till, headers: dict[str, str], status: int
) -> None:
    """A request that a page elsewhere made is refused, and changes nothing."""
    oid = till.place()

    answer = till.client.post("/__sim/reset", headers=headers)

    assert answer.status_code == status
    assert (till.books.order(oid) is None) == (status == 200)


def test_without_a_merchant_nothing_is_placed() -> None:
    """A sandbox without merchants says so."""
    empty = Till(settings=Settings())

    answer = empty.sim("POST", "/orders", {"order_amount": 1})

    assert answer.status_code == 400


def test_a_body_is_an_object(till: Till) -> None:
    """JSON that is no object is not understood."""
    answer = till.client.post("/__sim/clock", json=["1d"])

    assert answer.status_code == 400


def test_a_body_has_to_say_that_it_is_json(till: Till) -> None:
    """A form of another kind is not read as JSON."""
    answer = till.client.post("/__sim/clock", data={"advance": "1d"})

    assert answer.status_code == 400
