"""Order number, delivery address and tracking: what moves no money."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.plan import HoldCode, Situation
from kvitt.domain.policy import Policy
from kvitt.domain.steps import AddTracking, Capture, Kind, SetCustomer
from kvitt.domain.store_order import Address, StoreOrder
from unit.domain.orders import (
    agreed,
    authorized,
    captured,
    ended,
    one_mug,
    order,
    record,
    situation,
    steps_of,
)
from unit.domain.world import settled

MALMO, LUND = Address(city="Malmö"), Address(city="Lund")


def moved(to: Address = MALMO, on: StoreOrder | None = None) -> Situation:
    """Return the order after its delivery address was changed in the shop."""
    return situation(replace(on or order(), shipping_address=to), authorized())


def test_an_address_is_sent_once() -> None:
    """A changed address is sent once, and again whenever it changes back and forth."""
    now, sent = moved(), []
    for to in (MALMO, Address(), MALMO):
        store = replace(now.store, shipping_address=to)
        now, plan, steps = settled(replace(now, store=store))
        assert plan.in_step
        sent += [step.kind for step in steps]

    assert sent == [Kind.CUSTOMER] * 3


def test_an_address_that_changes_with_the_lines_is_not_forgotten() -> None:
    """Lines and address changed in one save are both sent."""
    _, _, sent = settled(moved(on=one_mug("processing")))

    assert [step.kind for step in sent] == [Kind.UPDATE, Kind.CUSTOMER]


def test_an_address_that_was_refused_waits() -> None:
    """Klarna checks the customer anew, and may refuse; a corrected address is sent."""
    step = decide(moved()).steps[0]
    assert isinstance(step, SetCustomer)
    journal = agreed(records=(record(step, State.REFUSED, error_code="INVALID_ADDRESS"),))

    refused = decide(replace(moved(), journal=journal))
    corrected = decide(replace(moved(LUND), journal=journal))

    assert refused.hold is not None
    assert refused.hold.code is HoldCode.REFUSED_BY_KLARNA
    assert steps_of(corrected) == ("Send the delivery address",)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(replace(moved(), policy=Policy(send_address=False)), id="not wanted"),
        pytest.param(replace(moved(), klarna=captured()), id="captured"),
        pytest.param(
            replace(moved(), journal=replace(agreed(), agreed_fingerprint="0" * 40)),
            id="the address of the purchase is not known",
        ),
    ],
)
def test_an_address_is_not_sent(asked: Situation) -> None:
    """An address is sent only where it is wanted, known to differ, and Klarna takes it."""
    assert Kind.CUSTOMER not in {getattr(step, "kind", None) for step in decide(asked).steps}


@pytest.mark.parametrize(
    ("klarna", "steps"),
    [
        pytest.param(
            authorized(merchant_reference1=""), ("Send the order number",), id="none yet"
        ),
        pytest.param(authorized(), (), id="the shop's number"),
        pytest.param(
            replace(ended(KlarnaStatus.CANCELLED), merchant_reference1=""),
            (),
            id="cancelled",
        ),
    ],
)
def test_the_order_number(klarna: KlarnaOrder, steps: tuple[str, ...]) -> None:
    """Klarna's order is given the shop's number where it lacks it and can take it."""
    journal = agreed(adopted=frozenset({str(klarna.id)}))

    assert steps_of(decide(situation(order(), klarna, journal))) == steps


def test_a_number_that_a_plugin_made_replaces_the_id() -> None:
    """Klarna's order bears the shop's id, and people know it by another number."""
    named = replace(order(), number="W-7")

    _, plan, sent = settled(
        situation(named, authorized(merchant_reference1="1042"), agreed(named))
    )

    assert [step.kind for step in sent] == [Kind.REFERENCES]
    assert plan.in_step


def test_a_number_that_was_overwritten_is_sent_again() -> None:
    """Another plugin has put the shop's id back: the number that people know is sent anew."""
    named = replace(order(), number="W-7")
    theirs = authorized(merchant_reference1="1042")
    first, _, once = settled(situation(named, theirs, agreed(named)))

    after, plan, again = settled(replace(first, klarna=theirs))

    assert [step.kind for step in (*once, *again)] == [Kind.REFERENCES] * 2
    assert plan.in_step
    assert after.klarna is not None
    assert after.klarna.merchant_reference1 == "W-7"


def test_a_parcel_is_announced_with_the_capture() -> None:
    """A number that is known when the order is completed goes with the capture."""
    shipped = replace(order("completed"), tracking_number="SE1", tracking_company="postnord")

    after, _, sent = settled(situation(shipped, authorized()))

    assert [step.kind for step in sent] == [Kind.CAPTURE]
    assert sent[0].body("")["shipping_info"] == [
        {"tracking_number": "SE1", "shipping_company": "postnord"}
    ]
    assert after.klarna is not None
    assert after.klarna.captures[0].tracking == ("SE1",)


def test_a_parcel_is_announced_once_afterwards() -> None:
    """A number that is added later is announced on the last capture, once."""
    shipped = replace(order("completed", capture_id="CAP-1"), tracking_number="SE1")

    after, plan, sent = settled(situation(shipped, captured()))
    (step,) = sent

    assert isinstance(step, AddTracking)
    assert step.capture_id == "CAP-1"
    assert step.body("") == {"shipping_info": [{"tracking_number": "SE1"}]}
    assert plan.in_step
    assert decide(replace(after, klarna=captured())).in_step


def test_a_parcel_that_was_announced_is_not_announced_with_the_rest() -> None:
    """The number went with the first capture: the capture of the rest says nothing of it."""
    shipped = replace(order("completed"), tracking_number="SE1", tracking_company="postnord")
    first = captured(10_000)
    told = replace(first.captures[0], tracking=("SE1",))

    (again,) = decide(situation(shipped, replace(first, captures=(told,)))).steps
    (new,) = decide(situation(shipped, first)).steps[:1]

    assert isinstance(again, Capture)
    assert (again.tracking_number, again.tracking_company) == ("", "")
    assert isinstance(new, Capture)
    assert (new.tracking_number, new.tracking_company) == ("SE1", "postnord")
