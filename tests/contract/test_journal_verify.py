"""`kvitt journal verify` finds what was changed past kvitt, and nothing where all is well."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from contract.lives import done, unknown
from contract.rows import capture
from kvitt.adapters.database import verify
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.ledger.book import context_of_body
from kvitt.adapters.database.models import IntentRow, Order, TimelineRow
from kvitt.adapters.database.orders import OrderDesk
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import OutcomeUnknown, Unreachable
from kvitt.domain.journal import Lease
from kvitt.domain.plan import Hold, HoldCode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_database")]


@pytest.fixture
def order(ledger: OrderLedger, lease: Lease) -> int:
    """An order with a call that is done and one that nobody answered."""
    done(ledger, lease, capture("first"))
    second = capture("second", epoch=0)
    unknown(ledger, lease, second)
    return lease.order


def found(order: int, vault: Vault) -> str:
    return "; ".join(one.text for one in verify.verify_order(order, vault).findings)


def test_what_was_not_touched_is_as_it_was_written(order: int, vault: Vault) -> None:
    """Every state that the journal itself makes passes."""
    verdict = verify.verify_order(order, vault)

    assert verdict.findings == ()
    assert (verdict.calls, verdict.rows) == (2, 6)


def test_every_road_through_the_journal_passes(
    ledger: OrderLedger, lease: Lease, vault: Vault, desk: OrderDesk
) -> None:
    """Sent in vain, unknown, parked, and settled by a person: all leave evidence."""
    call = capture("first")
    ledger.record_planned(lease, call)
    ledger.record_sent(lease, call)
    ledger.record_unsent(lease, call, Unreachable("no connection"))
    ledger.record_sent(lease, call)
    ledger.record_unknown(lease, call, OutcomeUnknown("no answer"))
    hold = Hold(code=HoldCode.OUTCOME_UNKNOWN, wanted="", why="No answer.", next_step="Look.")
    ledger.record_parked(lease, call, hold)
    desk.settle_parked(lease.order, call.id, done=True, actor="anna", reason="seen")

    assert found(lease.order, vault) == ""


def _change_row(**changes: object) -> Callable[[Vault], object]:
    return lambda _vault: TimelineRow.objects.filter(nth=2).update(**changes)


def _change_call(**changes: object) -> Callable[[Vault], object]:
    return lambda _vault: IntentRow.objects.filter(state="done").update(**changes)


def _swap_body(vault: Vault) -> None:
    row = IntentRow.objects.get(state="done")
    row.body_sealed = vault.seal('{"captured_amount":1}', context=context_of_body(row.uid))
    row.save(update_fields=("body_sealed",))


def _delete_call(_vault: Vault) -> None:
    IntentRow.objects.filter(state="done").delete()


TAMPERED: list[tuple[Callable[[Vault], object], str]] = [
    (_change_row(text="another"), "row 2 of the timeline is not what was written"),
    (_change_row(actor="nobody"), "row 2 of the timeline is not what was written"),
    (lambda _: TimelineRow.objects.filter(nth=2).delete(), "row 2 of the timeline"),
    (lambda _: TimelineRow.objects.filter(nth=6).delete(), "after row 5"),
    (lambda _: Order.objects.update(chain_length=5), "not what was written|missing"),
    (_change_call(key=uuid4()), "its key is not the one that follows"),
    (_change_call(epoch=3), "its key is not the one that follows"),
    (_change_call(amount_minor=1), "tells of another amount"),
    (_change_call(currency="NOK"), "tells of another currency"),
    (_change_call(body_digest="0" * 64), "its body is not the one its key was made for"),
    (_change_call(body_sealed="x"), "its body does not open"),
    (_swap_body, "its body is not the one its key was made for"),
    (_change_call(attempts=2), "sent 1 times by the timeline and 2 times by the journal"),
    (_change_call(state="refused"), "for which the timeline has no evidence"),
    (_delete_call, "which is not in the journal"),
]


@pytest.mark.parametrize(("tamper", "told"), TAMPERED)
def test_what_was_changed_past_kvitt_is_found(
    order: int, vault: Vault, tamper: Callable[[Vault], object], told: str
) -> None:
    """A changed, missing or added row is named, in words."""
    tamper(vault)

    assert any(part in found(order, vault) for part in told.split("|"))


def test_only_the_order_asked_for_is_checked(order: int) -> None:
    """An order is named by its id in the shop; without one all are checked."""
    assert verify.orders_to_verify(1042) == verify.orders_to_verify(None) == [order]
    assert verify.orders_to_verify(7) == []
