"""Where an order stands: in step, working, held or left alone, and what is wished of it."""

from datetime import datetime

from kvitt.adapters.database import comparing, figures, shapes
from kvitt.adapters.database.ledger.book import Book
from kvitt.adapters.database.models import Order, OrderState
from kvitt.domain.journal import Lease
from kvitt.domain.lines import Json
from kvitt.domain.plan import Agree, Hold, Plan, Wish

#: Where an order stands, as a call that becomes unknown moves it.
STANDS = ("state", "state_since", "plan_text")
#: What a new standing depends on: the one before.
_BEFORE = (
    "state",
    "state_since",
    "guard",
    "hold_code",
    "hold_text",
    "hold_since",
    "open_hold",
)
_STANDING = (
    *_BEFORE,
    "hold_minor",
    "hold",
    "plan_text",
    "would",
    "last_error",
    *comparing.COLUMNS,
)


class Standing(Book):
    """The latest plan as lists show it, wishes, and events without a table of their own."""

    def save_plan(self, lease: Lease, plan: Plan) -> None:
        """Remember the latest plan, for the console; a hold parks the order."""
        with self._writing(lease, *_BEFORE, *figures.COLUMNS, *comparing.FROM) as order:
            before = (order.state, order.guard, order.hold_code, order.hold_text)
            self._stand(order, plan)
            comparing.put(order)
            order.save(update_fields=_STANDING)
            if before != (order.state, order.guard, order.hold_code, order.hold_text):
                text = plan.hold.sentence if plan.hold else plan.reason
                facts: dict[str, Json] = {"code": order.hold_code, "guard": order.guard}
                self._note(order, order.state, text, facts=facts)

    def save_wish(self, lease: Lease, wish: Wish, *, wanted: bool) -> None:
        """Remember, or forget, what is still wanted."""
        with self._writing(lease, "wishes") as order:
            if change_wish(order, wish, wanted=wanted):
                what = "wished" if wanted else "wish_met"
                self._note(order, what, facts={"wish": wish.value})

    def record_event(self, lease: Lease, what: str, text: str) -> None:
        """Add a row to the order's timeline."""
        with self._writing(lease) as order:
            if what == "failed":
                order.last_error = text[:300]
                order.save(update_fields=("last_error",))
            self._note(order, what, text)

    def _stand(self, order: Order, plan: Plan) -> None:
        state = state_of(plan)
        if state != order.state or order.state_since is None:
            order.state, order.state_since = state.value, self._now()
        order.guard = plan.guard.value if plan.guard else ""
        order.plan_text = (
            f"{plan.wanted}: not done. {plan.reason}" if plan.wanted else plan.reason
        )
        order.last_error = ""
        order.would = _told(plan.would)
        _put_hold(order, plan.hold)
        if plan.hold is None:
            order.hold_since = None
        elif order.hold_since is None:
            order.hold_since = self._now()


def put_working(order: Order, *, now: datetime) -> None:
    """Show an order as worked on while a call of it is unknown, in the caller's transaction.

    Its account may be left alone from now on, and then nothing else would say so. An order
    that waits for a person goes on waiting.
    """
    if order.state in {OrderState.IN_STEP, OrderState.GUARDED}:
        order.state, order.state_since, order.plan_text = OrderState.WORKING.value, now, ""
        order.save(update_fields=STANDS)


def state_of(plan: Plan) -> OrderState:
    """Return where an order with this plan stands."""
    if plan.hold is not None:
        return OrderState.HELD
    if plan.steps:
        return OrderState.WORKING
    return OrderState.GUARDED if plan.guard is not None else OrderState.IN_STEP


def change_wish(order: Order, wish: Wish, *, wanted: bool) -> bool:
    """Change what is wished of an order, in the caller's transaction; say whether it moved."""
    wishes = set(order.wishes or ())
    if (wish.value in wishes) == wanted:
        return False
    changed = wishes | {wish.value} if wanted else wishes - {wish.value}
    order.wishes = sorted(changed) or None
    order.save(update_fields=("wishes",))
    return True


def _told(would: Plan | None) -> dict[str, Json] | None:
    """Return what would be done with an order that is only observed; None for nothing."""
    if would is None or would.in_step:
        return None
    steps: list[Json] = [
        action.reason for action in would.steps if not isinstance(action, Agree)
    ]
    hold = would.hold.sentence if would.hold else ""
    return {"steps": steps, "hold": hold} if steps or hold else None


def _put_hold(order: Order, hold: Hold | None) -> None:
    if hold is None:
        order.hold, order.hold_code, order.hold_text, order.hold_minor = None, "", "", None
        order.open_hold = None
        return
    order.hold = shapes.pack(Hold, hold)
    if hold.store_status:
        order.open_hold = order.hold
    order.hold_text = hold.sentence
    order.hold_minor = hold.amount.minor if hold.amount else None
    if order.hold_code != hold.code:
        order.hold_code = hold.code.value
        order.hold_since = None
