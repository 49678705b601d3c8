"""What the review of a request shows: what will happen, in which system, and what changes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kvitt.adapters.database.models import Order
from kvitt.application.commands import Review
from kvitt.domain.asks import Command, Request
from kvitt.domain.money import Money
from kvitt.domain.plan import Situation
from kvitt.domain.steps import Update
from kvitt.web.console import text, words
from kvitt.web.console.asking import changes
from kvitt.web.console.asking.wording import WORDING, Wording
from kvitt.web.console.places import places_of

#: Statuses in which WooCommerce's order screen lets lines be edited (woocommerce-facts.md §2).
EDITABLE = frozenset({"pending", "on-hold", "auto-draft"})


def context(order: Order, review: Review, key: UUID, kept: Mapping[str, str]) -> dict[str, Any]:
    """Return what the review shows of a request, and what its form gives back."""
    wording, request = WORDING[review.request.command], review.request
    seen, expects = request.seen, request.expects
    figures = {"amount": text.money(expects) if expects is not None else ""}
    form = reverse(f"console:ask-{request.command.value}", args=[order.pk])
    return {
        "section": "orders",
        "order": order,
        "request": request,
        "wording": wording,
        "plan": review.plan,
        "shown": [_shown(step, review.situation) for step in review.plan.steps],
        "at_klarna": wording.at_klarna % figures,
        "in_shop": wording.in_shop,
        "button": _button(wording, request, figures),
        "question": request.command is Command.DUE_DATE and request.days is None,
        "kept": {**kept, "key": str(key)},
        "expects": "" if expects is None else expects.minor,
        "captured": "" if seen is None else seen.captured.minor,
        "refunded": "" if seen is None else seen.refunded.minor,
        "left": _left_after(review),
        "refundable": _refundable_after(review),
        "back": f"{form}?{urlencode({**kept, 'key': str(key)})}" if wording.choices else "",
        "address": address(order, request.command, {}),
        **about_lines(order, request.command, review.situation),
    }


def about_lines(order: Order, command: Command, situation: Situation) -> dict[str, Any]:
    """Return what an update's pages say of lines: where they are changed, and Klarna's own."""
    if command is not Command.UPDATE:
        return {}
    klarna = situation.klarna
    known, currency = (klarna.lines if klarna else ()), situation.store.currency
    return {
        "shop_screen": places_of(order).shop,
        "store_status": words.store_status(situation.store.status),
        "editable": situation.store.status in EDITABLE,
        "captured_already": klarna is not None and bool(klarna.captured),
        "about_lines": True,
        "known": changes.changes_of(known, known, currency=currency),
        "authorized": klarna.order_amount if klarna else None,
    }


def _shown(step: object, situation: Situation) -> dict[str, Any]:
    """Return a step with what it changes, where it changes lines that are known."""
    known = situation.klarna.lines if situation.klarna else ()
    if not isinstance(step, Update) or not known:
        return {"step": step}
    found = changes.changes_of(known, step.lines, currency=step.amount.currency)
    return {
        "step": step,
        "changes": found,
        "many": sum(change.differs for change in found),
        "before": step.amount_before,
        "difference": step.amount - step.amount_before,
        "rises": step.amount > step.amount_before,
    }


def _left_after(review: Review) -> Money | None:
    """Return what stays authorized after a capture, where it is worth a word."""
    klarna, expects = review.situation.klarna, review.request.expects
    if review.request.command is not Command.CAPTURE or klarna is None or expects is None:
        return None
    return klarna.remaining - expects


def _refundable_after(review: Review) -> Money | None:
    """Return what can still be refunded after a refund."""
    klarna, expects = review.situation.klarna, review.request.expects
    if review.request.command is not Command.REFUND or klarna is None or expects is None:
        return None
    return klarna.refundable - expects


def _button(wording: Wording, request: Request, figures: Mapping[str, str]) -> str:
    if request.command is Command.DUE_DATE and request.days is None:
        return _("Ask Klarna what it offers")
    return str(wording.button % figures)


def address(order: Order, command: Command, query: Mapping[str, str]) -> str:
    """Return where the review of a command is, with what was chosen."""
    there = reverse(f"console:review-{command.value}", args=[order.pk])
    return f"{there}?{urlencode(query)}" if query else there
