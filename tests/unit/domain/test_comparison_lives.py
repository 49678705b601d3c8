"""The comparison and the decision say the same of a completed order: in step, or a difference.

Of an order that is not completed the comparison says more: the decision leaves what was
captured too much, or cancelled at Klarna, until the order is completed.
"""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kvitt.domain.comparison import Comparison, Halves, Verdict, compare
from kvitt.domain.money import Money
from kvitt.domain.plan import Plan, Situation
from unit.domain.orders import agreed, authorized, order, situation
from unit.domain.strategies import histories
from unit.domain.test_decide_lives import ACTS, lived
from unit.domain.world import settled

FAST = settings(max_examples=40, deadline=timedelta(seconds=5))


def compared(asked: Situation, plan: Plan) -> Comparison:
    """Compare a situation as its row would have it, once this plan was concluded."""
    store, klarna = asked.store, asked.klarna
    assert klarna is not None
    return compare(
        Halves(
            read=True,
            store_status=store.status,
            total=store.total,
            store_refunded=Money.total((each.amount for each in store.refunds), store.currency),
            klarna_status=klarna.status,
            authorized=klarna.order_amount,
            captured=klarna.captured,
            refunded=klarna.refunded,
            remaining=klarna.remaining,
            guard=plan.guard,
            hold=plan.hold.code if plan.hold else None,
        ),
        asked.policy,
    )


@FAST
@given(st.lists(ACTS, max_size=7))
@example([("refund", 24_898), ("status", "completed"), ("total", 9_999)])
def test_a_completed_order_in_step_agrees(acts: list[tuple[str, object]]) -> None:
    """Whatever merchant and portal have done: where nothing is left to do, nothing differs."""
    after, in_step = lived(situation(order(), authorized(), agreed(records=())), acts)

    if in_step and after.store.status == "completed":
        assert compared(after, Plan()).verdict is Verdict.AGREES


@FAST
@given(histories())
def test_a_completed_order_of_any_past_agrees_or_waits(asked: Situation) -> None:
    """Brought to rest, it agrees, or a hold or a guard says why not."""
    after, plan, _ = settled(asked)

    # What was cancelled while Klarna reviewed it stays so, whatever the shop says later.
    quiet = plan.hold is None and plan.guard is None and not after.journal.wishes
    if quiet and after.store.status == "completed":
        assert compared(after, plan).verdict is Verdict.AGREES
