"""A plan as people and programs read it."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.decide.refusals import meaning_of
from kvitt.domain.ids import CaptureId
from kvitt.domain.intents import Intent, Scope, State
from kvitt.domain.journal import call_of
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.lines import Json
from kvitt.domain.plan import Journal, Plan
from kvitt.domain.policy import Policy
from kvitt.domain.render import render_json, render_markdown, render_text
from kvitt.domain.steps import (
    AddTracking,
    Cancel,
    Capture,
    Extend,
    ExtendDueDate,
    Kind,
    Refund,
    Release,
    Resend,
    SetReferences,
    Step,
    Update,
)
from unit.domain.orders import (
    KLARNA_ID,
    NOW,
    SCOPE,
    TOTAL,
    agreed,
    authorized,
    captured,
    first_call,
    order,
    refund,
    sek,
    situation,
)

CAPTURE = decide(situation(order("completed"), authorized()))
HELD = decide(situation(order("cancelled"), captured()))
NOTED = decide(situation(order(), captured(), Journal()))
QUIET = decide(situation(order(), authorized()))
WATCHED = decide(situation(order("completed"), authorized(), policy=Policy(observe_only=True)))


def test_a_step_as_text() -> None:
    """A terminal shows what is done, and why."""
    assert render_text(CAPTURE) == (
        "1. Capture 248.98 SEK\n   The shop's order is completed, so 248.98 SEK is captured."
    )


def test_a_hold_as_text() -> None:
    """A terminal shows what waits, why, and what to do."""
    assert render_text(HELD).splitlines() == [
        "Waits (cancel_after_capture): Cancel 248.98 SEK",
        "   Why: 248.98 SEK is captured already, and 248.98 SEK of it is not refunded.",
        "   Next: Refund 248.98 SEK in the shop instead, or set the order to Completed.",
    ]


def test_nothing_as_text() -> None:
    """A terminal shows why there is nothing to do."""
    assert render_text(QUIET).startswith("In step: Klarna has authorized 248.98 SEK.")


def test_a_guard_as_text() -> None:
    """A terminal shows what would be done, were the order not left alone."""
    text = render_text(WATCHED)

    assert text.startswith("Left alone (another_plugin).")
    assert "1. Capture 248.98 SEK" in text


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        pytest.param(CAPTURE, "1. **Capture 248.98 SEK**: The shop's order", id="a step"),
        pytest.param(HELD, "> **Waits** (`cancel_after_capture`): Cancel", id="a hold"),
        pytest.param(NOTED, "1. **Note the capture of 248.98 SEK in the shop**", id="adopted"),
        pytest.param(QUIET, "In step:", id="nothing"),
        pytest.param(WATCHED, "*Left alone* (`another_plugin`)", id="a guard"),
    ],
)
def test_markdown(plan: Plan, words: str) -> None:
    """A plan can be pasted where Markdown is read."""
    assert words in render_markdown(plan)


def steps_in(plan: Plan, scope: Scope | None = SCOPE) -> list[dict[str, Json]]:
    steps = render_json(plan, scope=scope)["steps"]
    assert isinstance(steps, list)
    return [step for step in steps if isinstance(step, dict)]


def test_json_of_a_step() -> None:
    """A program is given the body, the key and the reference that will be used."""
    (step,) = steps_in(CAPTURE)
    intent = Intent(scope=SCOPE, step=first_call(CAPTURE))

    assert (step["kind"], step["amount"], step["currency"]) == ("capture", TOTAL, "SEK")
    assert (step["key"], step["reference"]) == (str(intent.key), intent.reference)
    assert step["body"] == dict(intent.body)


def test_json_without_a_scope() -> None:
    """A plan for nobody's account has neither keys nor bodies."""
    (step,) = steps_in(CAPTURE, scope=None)

    assert "key" not in step


def test_json_of_what_is_noted() -> None:
    """What is written to the shop is told as such, and is no call."""
    adopt, agree = steps_in(NOTED)

    assert (agree["kind"], adopt["kind"]) == ("agree", "adopt")
    assert (adopt["what"], adopt["remote_id"]) == ("capture", "CAP-1")


def test_json_of_a_hold() -> None:
    """A program is given the hold's code, words and amount."""
    hold = render_json(HELD)["hold"]

    assert isinstance(hold, dict)
    assert hold["code"] == "cancel_after_capture"
    assert (hold["amount"], hold["currency"]) == (TOTAL, "SEK")
    assert hold["sentence"] == HELD.hold.sentence if HELD.hold else False


def test_json_of_what_would_be_done() -> None:
    """A program is told what a watched order would get."""
    would = render_json(WATCHED)["would"]

    assert isinstance(would, dict)
    assert not would["in_step"]
    assert render_json(QUIET)["would"] is None


def test_a_hold_without_an_amount() -> None:
    """A hold that is about no amount says so."""
    assert HELD.hold is not None
    hold = render_json(Plan(hold=replace(HELD.hold, amount=None)))["hold"]

    assert isinstance(hold, dict)
    assert (hold["amount"], hold["currency"]) == (None, None)


@pytest.mark.parametrize("code", ["PAYMENT_METHOD_FAILED", "INVALID_ADDRESS", "BAD_VALUE", "?"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_refusal_has_a_way_out(code: str, kind: Kind) -> None:
    """Whatever Klarna refuses, a person reads what it means and what to do."""
    why, next_step = meaning_of(code, kind=kind)

    assert why.endswith(".")
    assert next_step.endswith(".")


STEPS: tuple[Step, ...] = (
    Cancel(authorized=sek(1), reason="why"),
    Capture(
        amount=sek(1), lines=(), captured_before=sek(0), reason="why", description="d" * 300
    ),
    Update(amount=sek(1), lines=(), amount_before=sek(2), nth=0, fingerprint="f", reason="why"),
    Refund(
        amount=sek(1), lines=(), store_refund_id=refund(1).id, reason="why", description="d"
    ),
    Release(amount=sek(1), captured=sek(2), reason="why"),
    Extend(amount=sek(1), expires_at=NOW, reason="why"),
    SetReferences(
        amount=sek(1), merchant_reference1="1", merchant_reference2="2", nth=0, reason="why"
    ),
    AddTracking(
        amount=sek(1), capture_id=None, tracking_number="T", tracking_company="C", reason="why"
    ),
    Resend(amount=sek(1), capture_id=CaptureId("C"), request="1", reason="why"),
    ExtendDueDate(
        amount=sek(1),
        capture_id=CaptureId("C"),
        number_of_days=10,
        fee=sek(2),
        request="1",
        reason="why",
    ),
)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind.value)
def test_a_step_becomes_a_call_byte_for_byte(step: Step) -> None:
    """What is stored before sending is the intent's own id, key, body and reference."""
    intent = Intent(scope=SCOPE, step=step)
    call = call_of(intent)

    assert (call.id, call.key, call.reference) == (intent.id, intent.key, intent.reference)
    assert (call.body, call.body_digest) == (intent.body, intent.body_digest)
    assert (call.kind, call.amount, call.reason) == (step.kind, sek(1), "why")
    assert call.klarna_order_id == KLARNA_ID


def test_a_refunds_reference_is_the_one_shops_know() -> None:
    """Refunds bear the order number and the refund's id, as the plugins have it."""
    assert Intent(scope=SCOPE, step=STEPS[3]).reference == "1042|77"


def test_descriptions_are_cut() -> None:
    """A description is cut where Klarna's limit is."""
    assert len(str(STEPS[1].body("r")["description"])) == 255


@pytest.mark.parametrize(
    ("state", "settled"),
    [(State.DONE, True), (State.REFUSED, True), (State.UNKNOWN, False), (State.SENT, False)],
)
def test_only_an_answer_settles(state: State, settled: bool) -> None:
    """A call is settled by what Klarna has said, and by nothing else."""
    assert state.settled is settled


@pytest.mark.parametrize("status", list(KlarnaStatus))
def test_statuses_are_said_in_words(status: KlarnaStatus) -> None:
    """People do not read capitals."""
    assert status.in_words == status.in_words.lower()
    assert "_" not in status.in_words


def test_a_record_is_not_asked_about_without_a_journal() -> None:
    """An empty journal is a first sight."""
    assert agreed().agreed_fingerprint is not None
    assert Journal().agreed_fingerprint is None
