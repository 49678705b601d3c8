"""Expiry: an authorization that runs out is extended, or somebody is told in time."""

from datetime import timedelta

from kvitt.domain.decide.capture import LOST, lost
from kvitt.domain.decide.view import NOTHING, Aim, Finding, View, hold_stands
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.plan import Hold, HoldCode
from kvitt.domain.steps import Extend

#: Paid at once by card, which cannot wait (klarna-api.md §7.3).
NOT_EXTENDABLE = frozenset({"CARD", "PAY_BY_CARD"})
#: An authorization lives for at most this long after the order (klarna-api.md §7.3).
LONGEST_LIFE = timedelta(days=180)


def expiry(view: View) -> Finding:
    """Extend or warn when the authorization is about to run out."""
    if view.aim not in {Aim.UPDATE, Aim.NONE} or not view.due > view.zero:
        return NOTHING
    if view.klarna.status in LOST:
        return _lost(view)
    expires_at = view.klarna.expires_at
    if not view.open or expires_at is None:
        return NOTHING
    left = expires_at - view.situation.now
    passed = [warning for warning in view.situation.policy.warn_before if left <= warning]
    if not passed:
        return NOTHING
    if view.situation.policy.extend_automatically and may_extend(view):
        return Finding(actions=(extension(view),))
    return Finding(hold=_soon(view, min(passed)))


def may_extend(view: View) -> bool:
    """Say whether Klarna would allow more time, as far as its order tells."""
    klarna, now = view.klarna, view.situation.now
    if not view.open or klarna.expires_at is None or klarna.expires_at <= now:
        return False
    if klarna.payment_method in NOT_EXTENDABLE:
        return False
    return klarna.created_at is None or klarna.expires_at - klarna.created_at < LONGEST_LIFE


def extension(view: View) -> Extend:
    """Return the step that asks for more time."""
    expires_at = view.klarna.expires_at or view.situation.now
    return Extend(
        amount=view.klarna.remaining,
        expires_at=expires_at,
        reason=f"The authorization of {view.klarna.remaining} runs out on "
        f"{expires_at:%Y-%m-%d}, so Klarna is asked for more time.",
    )


def _soon(view: View, warning: timedelta) -> Hold:
    """Return the warning; its words change with the warning and not with the hour."""
    klarna = view.klarna
    expires_at = klarna.expires_at or view.situation.now
    days = max(warning.days, 1)
    ways = "cancel it, or ask Klarna for more time" if may_extend(view) else "or cancel it"
    return Hold(
        code=HoldCode.EXPIRES_SOON,
        wanted="",
        why=f"Klarna's authorization of {klarna.remaining} ends on {expires_at:%Y-%m-%d}, in "
        f"less than {days} {'day' if days == 1 else 'days'}.",
        next_step=f"Ship and complete the order before that, {ways}.",
        amount=klarna.remaining,
    )


def _lost(view: View) -> Finding:
    """Say before anything ships that no money can be taken, unless a hold says so already."""
    hold, known = lost(view), view.situation.journal.open_hold
    if known is not None and known.code is hold.code and hold_stands(view.situation):
        return NOTHING
    if view.klarna.status is KlarnaStatus.CANCELLED and view.aim is Aim.NONE:
        return NOTHING  # Failed or returned: nothing is going to be shipped.
    return Finding(hold=hold)
