"""klarna-api.md §8, row by row: what each operation takes, answers and changes."""

import re

from contract.sandbox_klarna.till import ORDERS, USER, Till, code_of, line
from kvitt.sandbox.klarna import Purchase

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ADDRESS = {
    "given_name": "Ann",
    "family_name": "Ek",
    "street_address": "Storgatan 1",
    "postal_code": "111 22",
    "city": "Stockholm",
    "country": "SE",
    "email": "ann@example.com",
}


def test_reading_an_order_has_klarnas_fields_in_klarnas_order(till: Till) -> None:
    """Row 1: fields come in the server's order, and what is absent is left out."""
    oid = till.place(1000, billing_address=ADDRESS, merchant_reference1="1001")

    order = till.read(oid)

    assert list(order) == [
        "order_id",
        "status",
        "fraud_status",
        "order_amount",
        "original_order_amount",
        "captured_amount",
        "refunded_amount",
        "remaining_authorized_amount",
        "purchase_currency",
        "locale",
        "order_lines",
        "merchant_reference1",
        "klarna_reference",
        "billing_address",
        "created_at",
        "purchase_country",
        "expires_at",
        "captures",
        "refunds",
        "initial_payment_method",
    ]
    assert (order["captures"], order["refunds"]) == ([], [])
    assert order["created_at"] == "2026-01-15T09:00:00.000Z"
    assert order["billing_address"]["street_address2"] == ""
    assert order["order_lines"][0]["quantity_unit"] == ""


def test_acknowledging_is_remembered(till: Till) -> None:
    """Row 2: an acknowledgement is kept, and a capture counts as one."""
    told, captured, neither = till.place(), till.place(), till.place()
    till.act("POST", told, "acknowledge")
    till.capture(captured, 10)

    known = {
        oid: till.sim("GET", f"/orders/{oid}").get_json()["sim"]["acknowledged"]
        for oid in (told, captured, neither)
    }

    assert known == {told: True, captured: True, neither: False}


def test_updating_replaces_amount_and_lines(till: Till) -> None:
    """Row 3: the new lines are the only ones, and the original amount stays."""
    oid = till.place(1000)

    answer = till.update(oid, 700, order_lines=[line("Cup", price=700)])

    order = till.read(oid)
    assert (answer.status_code, answer.data) == (204, b"")
    assert [item["name"] for item in order["order_lines"]] == ["Cup"]
    assert (order["order_amount"], order["original_order_amount"]) == (700, 1000)
    assert order["remaining_authorized_amount"] == 700


def test_updating_without_lines_deletes_them(till: Till) -> None:
    """Row 3: an update that sends no lines leaves none."""
    oid = till.place(1000)
    till.update(oid, 700)

    assert till.read(oid)["order_lines"] == []


def test_updating_to_what_was_captured_completes(till: Till) -> None:
    """§7.2: a part-captured order lowered to its captures is captured."""
    oid = till.place(1000)
    till.capture(oid, 400)
    till.update(oid, 400)

    order = till.read(oid)

    assert (order["status"], order["remaining_authorized_amount"]) == ("CAPTURED", 0)


def test_only_sent_references_change(till: Till) -> None:
    """Row 4: a reference that is not sent stays, and an empty one is cleared."""
    oid = till.place(merchant_reference1="1", merchant_reference2="2")
    till.act("PATCH", oid, "merchant-references", {"merchant_reference1": "7"})
    both = till.read(oid)
    till.act("PATCH", oid, "merchant-references", {"merchant_reference2": ""})

    assert (both["merchant_reference1"], both["merchant_reference2"]) == ("7", "2")
    assert "merchant_reference2" not in till.read(oid)


def test_changing_the_shipping_address(till: Till) -> None:
    """Row 5: sent fields change, an empty optional one is cleared, the rest stays."""
    oid = till.place(shipping_address={**ADDRESS, "region": "Uppland"})
    sent = {"shipping_address": {"city": "Umeå", "postal_code": "903 25", "region": ""}}

    answer = till.act("PATCH", oid, "customer-details", sent)

    address = till.read(oid)["shipping_address"]
    assert answer.status_code == 204
    assert (address["city"], address["region"]) == ("Umeå", "")
    assert address["given_name"] == "Ann"


def test_shipping_info_is_appended(till: Till) -> None:
    """Row 6: a second parcel joins the first, even if it is the same."""
    oid = till.place()
    parcel = {"shipping_company": "dhl-express", "tracking_number": "42"}
    for _ in range(2):
        till.act("POST", oid, "shipping-info", {"shipping_info": [parcel]})

    assert till.read(oid)["shipping_info"] == [parcel, parcel]


def test_cancelling_gives_up_what_remains(till: Till) -> None:
    """Row 9: nothing remains, and the order's amount is what it was."""
    oid = till.place(1000)
    till.act("POST", oid, "cancel")

    order = till.read(oid)

    assert (order["remaining_authorized_amount"], order["order_amount"]) == (0, 1000)


def test_creating_a_capture(till: Till) -> None:
    """Row 10: 201 with an absolute location and ids in headers, and no body."""
    oid = till.place(1000, billing_address=ADDRESS)

    answer = till.capture(oid, 500, description="First", reference="A|1", order_lines=[line()])

    capture_id = answer.headers["Capture-Id"]
    where = f"http://localhost{ORDERS}/{oid}/captures/{capture_id}"
    assert (answer.status_code, answer.data) == (201, b"")
    assert "Content-Type" not in answer.headers
    assert answer.headers["Location"] == where
    assert UUID4.fullmatch(capture_id)
    assert UUID4.fullmatch(answer.headers["Transaction-Id"])


def test_reading_captures(till: Till) -> None:
    """Rows 11 and 12: a bare array, and each element by its id with the address as it was."""
    oid = till.place(1000, billing_address=ADDRESS)
    cid = till.capture(oid, 500, reference="A|1").headers["Capture-Id"]

    listed = till.act("GET", oid, "captures").get_json()
    one = till.act("GET", oid, f"captures/{cid}").get_json()

    assert listed == [one]
    assert (one["captured_amount"], one["reference"]) == (500, "A|1")
    assert (one["description"], one["order_lines"]) == ("", [])
    assert one["klarna_reference"] == till.read(oid)["klarna_reference"] + "-1"
    assert one["billing_address"]["given_name"] == "Ann"


def test_a_parcel_of_a_capture(till: Till) -> None:
    """Row 13: shipping info joins what the capture was made with."""
    oid = till.place(1000)
    one, two = {"tracking_number": "1"}, {"tracking_number": "2"}
    cid = till.capture(oid, 500, shipping_info=[one]).headers["Capture-Id"]

    answer = till.act("POST", oid, f"captures/{cid}/shipping-info", {"shipping_info": [two]})

    assert answer.status_code == 204
    assert till.read(oid)["captures"][0]["shipping_info"] == [one, two]


def test_sending_out_again(till: Till) -> None:
    """Row 14: the customer's communication can be sent again."""
    oid = till.place(1000)
    cid = till.capture(oid, 500).headers["Capture-Id"]

    assert till.act("POST", oid, f"captures/{cid}/trigger-send-out").status_code == 204
    known = till.books.order(oid)
    assert known is not None
    assert known.captures[0].send_outs == 1


def test_extending_the_due_date(till: Till) -> None:
    """Rows 15 and 16: one of the offered numbers of days can be chosen, no other."""
    oid = till.place(1000)
    cid = till.capture(oid, 500).headers["Capture-Id"]
    options = till.act("GET", oid, f"captures/{cid}/extend-due-date-options").get_json()
    days = options["options"][0]["number_of_days"]
    path = f"captures/{cid}/extend-due-date"

    chosen = till.act("PATCH", oid, path, {"number_of_days": days})
    other = till.act("PATCH", oid, path, {"number_of_days": 3})

    assert options["currency"] == "SEK"
    assert chosen.status_code == 204
    assert code_of(other) == (403, "NOT_ALLOWED")


def test_a_card_payment_has_no_due_date(till: Till) -> None:
    """Row 15: what was paid at once has nothing to extend."""
    oid = till.place(1000, payment_method="PAY_BY_CARD")
    cid = till.capture(oid, 500).headers["Capture-Id"]

    options = till.act("GET", oid, f"captures/{cid}/extend-due-date-options").get_json()

    assert options["options"] == []


def test_creating_and_reading_a_refund(till: Till) -> None:
    """Rows 17 and 18: 201 with its id, read back by it, and listed in the order."""
    oid = till.place(1000)
    till.capture(oid, 1000)

    answer = till.refund(oid, 300, reference="1001|57", description="Broken")

    rid = answer.headers["Refund-Id"]
    read = till.act("GET", oid, f"refunds/{rid}").get_json()
    assert (answer.status_code, answer.data) == (201, b"")
    assert answer.headers["Location"].endswith(f"{ORDERS}/{oid}/refunds/{rid}")
    assert (read["refunded_amount"], read["reference"]) == (300, "1001|57")
    assert till.read(oid)["refunds"] == [read]


def test_the_legacy_call_is_behind_a_switch(till: Till) -> None:
    """Row 19: unknown by default, and there when switched on."""
    oid = till.place(1000, billing_address=ADDRESS)
    cid = till.capture(oid, 500).headers["Capture-Id"]
    sent = {"billing_address": {"city": "Umeå"}}
    path = f"captures/{cid}/customer-details"
    unknown = till.act("PATCH", oid, path, sent)
    till.books.switch("legacy_capture_details", value=True)

    known = till.act("PATCH", oid, path, sent)

    assert (unknown.status_code, known.status_code) == (404, 204)
    assert till.read(oid)["captures"][0]["billing_address"]["city"] == "Umeå"


def test_an_automatic_capture(till: Till) -> None:
    """§7: an order placed with automatic capture is captured from the start."""
    oid = till.books.place_order(
        Purchase(merchant_id=USER, order_amount=500, auto_capture=True)
    )

    assert till.read(oid)["status"] == "CAPTURED"


def test_unknown_fields_are_passed_over(till: Till) -> None:
    """§5: shipping plugins send fields the schema does not have, and they are ignored."""
    oid = till.place(1000)

    answer = till.update(oid, 1000, order_tax_amount=200, order_lines=[line() | {"x": None}])

    assert answer.status_code == 204
    assert "x" not in till.read(oid)["order_lines"][0]


def test_a_number_may_stand_for_a_text(till: Till) -> None:
    """An order number sent as a number is taken as its digits."""
    oid = till.place()

    till.act("PATCH", oid, "merchant-references", {"merchant_reference1": 1001})

    assert till.read(oid)["merchant_reference1"] == "1001"


def test_half_a_character_in_an_unknown_field(till: Till) -> None:
    """What cannot even be written down does no harm where it is passed over."""
    raw = '{"order_amount": 900, "note": "\\ud800", "\\ud800": 1}'
    path = f"{ORDERS}/{till.place()}/authorization"

    answer = till.call("PATCH", path, data=raw, headers={"Content-Type": "application/json"})

    assert answer.status_code == 204
    assert till.client.get("/__sim/requests").status_code == 200
    assert till.sim("GET", "/journal").status_code == 200


def test_a_bodyless_post_may_claim_to_be_json(till: Till) -> None:
    """§3.1: an empty body of JSON type is not malformed."""
    oid = till.place()

    path, kind = f"{ORDERS}/{oid}/cancel", {"Content-Type": "application/json"}
    answer = till.call("POST", path, headers=kind)

    assert answer.status_code == 204
