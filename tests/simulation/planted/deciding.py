"""Bugs of the decision and of its last check (reliability.md K7 to K10, K18 to K22, T6, T8)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kvitt.application import reconcile
from kvitt.application.look import Reader
from kvitt.application.sweep import Sweep
from kvitt.domain import decide, safety
from kvitt.domain.decide import asked, capture, guard, refund, update
from kvitt.domain.decide import view as views
from kvitt.domain.decide.matching import Matching
from kvitt.domain.decide.view import Aim, Finding, View
from kvitt.domain.money import Money
from kvitt.domain.plan import Gone
from kvitt.domain.steps import Capture
from simulation.planted.bug import Bug, always, bug, calm

_capture_body = Capture.body
_aim_of = views.aim_of


def _as_float(step: Capture, reference: str) -> Any:
    body = dict(_capture_body(step, reference))
    body["captured_amount"] = step.amount.minor / 1  # type: ignore[assignment]
    return body


def _rounded(step: Capture, reference: str) -> Any:
    body = dict(_capture_body(step, reference))
    body["captured_amount"] = step.amount.minor // 100 * 100
    return body


def _nothing_captured(view: View) -> Money:
    return view.wanted


def _uncapped(view: View) -> Finding:
    actions = tuple(refund._refund(view, booked) for booked in view.pending)
    return Finding(actions=actions)


def _all_due(view: View) -> Finding:
    """Capture what is due, whatever is still authorized."""
    if view.aim is not Aim.CAPTURE or not view.due > view.zero:
        return Finding()
    return Finding(actions=(capture._capture(view),))


def _by_journal_alone(order: Any, klarna: Any, journal: Any) -> Matching:
    """Take every refund of the shop for one that was never sent."""
    del klarna
    done = {record.store_refund_id for record in journal.records}
    return Matching(unsettled=tuple(r for r in order.refunds if r.id not in done))


def _held_captures(situation: Any) -> Aim:
    """Take an order that was put aside for one that was shipped."""
    if situation.store.status == "on-hold":
        return Aim.CAPTURE
    return _aim_of(situation)


_fetch: Callable[..., Any] = Reader._fetch


def _absent_is_cancelled(reader: Reader, lease: Any, case: Any, store: Any) -> Any:
    """Read an order that is not there any more as one that was cancelled."""
    order, gone = _fetch(reader, lease, case, store)
    if gone is Gone.DELETED or gone is Gone.TRASHED:
        return (None if order is None else replace(order, status="cancelled")), None
    return order, gone


def _swept_before(sweep: Sweep, shop: Any) -> int:
    """Move the watermark on before the shop is asked."""
    known = sweep.watermarks.watermark(shop)
    sweep.watermarks.advance(shop, sweep.clock.now())
    try:
        return sweep._ask(shop, known or sweep.clock.now())[0]
    except Exception:  # noqa: BLE001
        return 0


BUGS: tuple[Bug, ...] = (
    bug(
        "refund without its cap",
        "more is given back than captured and not yet refunded",
        (refund, "_send", _uncapped),
        (safety, "check_step", calm),
        within=3_000,
    ),
    bug(
        "capture without its cap",
        "more is captured than is still authorized",
        (
            decide,
            "QUESTIONS",
            tuple(_all_due if q is capture.capture else q for q in decide.QUESTIONS),
        ),
        (safety, "check_step", calm),
    ),
    bug(
        "float amount",
        "an amount goes out as a float",
        (Capture, "body", _as_float),
    ),
    bug(
        "amount without its öre",
        "an amount is cut to whole units on its way out",
        (Capture, "body", _rounded),
    ),
    bug(
        "refunds matched by the journal alone",
        "what the portal has refunded is refunded again",
        (views, "match_refunds", _by_journal_alone),
        within=1_500,
    ),
    bug(
        "early refunds forgotten",
        "money that was never taken is given back",
        (View, "absorbed", property(always(()))),
        within=1_500,
    ),
    bug(
        "put aside means shipped",
        "an order on hold is captured",
        (views, "aim_of", _held_captures),
        within=800,
    ),
    bug(
        "absence taken for a request",
        "an order that is not there any more is cancelled at Klarna",
        (Reader, "_fetch", _absent_is_cancelled),
        within=1_500,
    ),
    bug(
        "approval not needed",
        "refunds that a person has to approve are sent without",
        (View, "is_approved", always(True)),
        within=1_500,
    ),
    bug(
        "switch ignored",
        "an order that a person has switched off is acted on",
        (
            guard,
            "BEFORE_PLUGIN",
            tuple(r for r in guard.BEFORE_PLUGIN if "off" not in r.__name__),
        ),
        within=6_000,
    ),
    bug(
        "edits not sent",
        "a changed total never reaches Klarna",
        (decide, "QUESTIONS", tuple(q for q in decide.QUESTIONS if q is not update.update)),
        within=800,
    ),
    bug(
        "refunds not sent",
        "what the shop gives back is not given back",
        (decide, "QUESTIONS", tuple(q for q in decide.QUESTIONS if q is not refund.refund)),
    ),
    bug(
        "rest never released",
        "a part capture stands for the whole",
        (capture, "lines_due", always(())),
        (View, "due", property(lambda view: view.zero)),
    ),
    bug(
        "stale half trusted",
        "what Klarna's half was hours ago is acted on",
        (reconcile, "_rests_on_klarna", always(False)),
        within=40_000,
    ),
    bug(
        "review ignored",
        "a request is carried out though it is not what was reviewed",
        (asked, "check_unchanged", calm),
        (asked, "moved", always(None)),
        within=6_000,
    ),
    bug(
        "watermark before the sweep",
        "what a failed sweep would have found is never found",
        (Sweep, "_sweep_shop", _swept_before),
        within=6_000,
    ),
)
