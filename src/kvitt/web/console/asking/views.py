"""The three pages of a request: what it is to be, what will happen, and what became of it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import AskRow, Order
from kvitt.domain.asks import Answer, AskState, Command, Request
from kvitt.domain.decide.left import lines_left
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.money import Money
from kvitt.domain.plan import Situation
from kvitt.web import desk
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right
from kvitt.web.console import sentences, trail
from kvitt.web.console.asking import fields, reviewing
from kvitt.web.console.asking.wording import WORDING

View = Callable[..., HttpResponse]
#: The code of a refusal that is good news (``domain/decide/commands.py``).
NOTHING_CHANGED = "nothing_changed"
#: Given along from page to page; the rest of what is in an address is not.
_KEPT = frozenset(
    "by amount return_fee reason restock tracking_number tracking_company capture_id days fee "
    "key".split()
) | {trail.NAME}


def addresses() -> list[URLPattern]:
    """Return the addresses of every command, each behind its own right."""
    patterns: list[URLPattern] = [
        path("orders/<int:order_id>/asked/<uuid:key>", answer, name="asked"),
        path("orders/<int:order_id>/asked/<uuid:key>/live", answer_live, name="asked-live"),
        path("orders/<int:order_id>/asked/<uuid:key>/withdraw", withdraw, name="withdraw"),
    ]
    for command, wording in WORDING.items():
        word = command.value.replace("_", "-")
        patterns.append(
            path(
                f"orders/<int:order_id>/{word}",
                _guarded(_page, command, wording.right),
                name=f"ask-{command.value}",
            )
        )
        patterns.append(
            path(
                f"orders/<int:order_id>/{word}/review",
                _guarded(_review, command, wording.right, proved=True),
                name=f"review-{command.value}",
            )
        )
    return patterns


@require_safe
@requires(Right.SEE)
def answer(request: HttpRequest, order_id: int, key: UUID) -> HttpResponse:
    """Show what became of a request."""
    return render(request, "console/ask/answer.html", _answer(order_id, key))


@require_safe
@requires(Right.SEE)
def answer_live(request: HttpRequest, order_id: int, key: UUID) -> HttpResponse:
    """Show the part that changes by itself, for a page that is open."""
    return render(request, "console/ask/answer_live.html", _answer(order_id, key))


@require_POST
@requires(Right.CAPTURE)
def withdraw(request: HttpRequest, order_id: int, key: UUID) -> HttpResponse:
    """Take a request back that was not sent."""
    _order(order_id)
    try:
        desk.current().withdraw(order_id, key, request.user.get_username())
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
    else:
        messages.success(request, _("Taken back. Nothing was sent."))
    return trail.follow(request, "console:asked", order_id, key)


def _guarded(
    view: Callable[..., HttpResponse], command: Command, right: Right, *, proved: bool = False
) -> Any:
    """Return the page of one command, behind its right and, where it sends, a recent proof."""

    def page(request: HttpRequest, order_id: int) -> HttpResponse:
        return view(request, order_id, command)

    guarded = recently_signed_in(page) if proved else page
    # A form is read and never changes anything; the review carries out by POST.
    methods = ["GET", "HEAD", "POST"] if proved else ["GET", "HEAD"]
    return require_http_methods(methods)(requires(right)(guarded))


def _page(request: HttpRequest, order_id: int, command: Command) -> HttpResponse:
    """Show the form, filled in with what was typed before or with all there is."""
    order, wording = _order(order_id), WORDING[command]
    situation = _situation(order)
    if not wording.choices:
        key = fields.key_of(request.GET) or uuid4()
        kept = {trail.NAME: text} if (text := trail.of(request).text) else {}
        return redirect(reviewing.address(order, command, {"key": str(key), **kept}))
    return render(
        request, "console/ask/form.html", _form(order, command, situation, request.GET, {})
    )


def _review(request: HttpRequest, order_id: int, command: Command) -> HttpResponse:
    """Show what will happen; by POST, have it carried out."""
    order, typed = _order(order_id), request.POST or request.GET
    situation = _situation(order)
    key = fields.key_of(typed)
    if key is None:
        return trail.follow(request, f"console:ask-{command.value}", order_id)
    asked, errors = fields.read(command, typed, lines_left(situation), situation.store.currency)
    if errors:
        context = _form(order, command, situation, typed, errors)
        return render(request, "console/ask/form.html", context, status=422)
    if request.method == "POST":
        return _carry_out(request, order, situation, asked, key)
    return _show_review(request, order, situation, asked, key)


def _show_review(
    request: HttpRequest, order: Order, situation: Situation, asked: Request, key: UUID
) -> HttpResponse:
    chair = desk.current()
    try:
        if chair.asked_before(order.pk, asked, ask_id=key):
            return trail.follow(request, "console:asked", order.pk, key)
        review = chair.review(order.pk, asked, ask_id=key)
    except NotAllowedNow as refusal:
        context = _form(order, asked.command, situation, request.GET, {"all": str(refusal)})
        context["settled"] = refusal.code == NOTHING_CHANGED and not context.get(
            "captured_already"
        )
        return render(request, "console/ask/form.html", context, status=409)
    return render(
        request,
        "console/ask/review.html",
        reviewing.context(order, review, key, _kept(request.GET)),
    )


def _carry_out(
    request: HttpRequest, order: Order, situation: Situation, asked: Request, key: UUID
) -> HttpResponse:
    """Have carried out what was reviewed, once, and show what becomes of it."""
    chair = desk.current()
    try:
        if not chair.asked_before(order.pk, asked, ask_id=key):
            seen = fields.read_seen(asked, request.POST, situation.store.currency)
            chair.review(order.pk, seen, ask_id=key)
            chair.ask(order.pk, seen, ask_id=key, actor=request.user.get_username())
    except NotAllowedNow as refusal:
        context = _form(order, asked.command, situation, request.POST, {"all": str(refusal)})
        return render(request, "console/ask/form.html", context, status=409)
    return trail.follow(request, "console:asked", order.pk, key)


def _form(
    order: Order,
    command: Command,
    situation: Situation,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> dict[str, Any]:
    wording, lines = WORDING[command], lines_left(situation)
    capture = command is Command.CAPTURE
    shares = [line.to_capture if capture else line.to_refund for line in lines]
    rows = [
        {
            "line": line,
            "left": share,
            "name": f"line-{line.id}",
            "typed": typed.get(f"line-{line.id}", fields.prefilled(line, capture=capture)),
            "error": errors.get(f"line-{line.id}", ""),
        }
        for line, share in zip(lines, shares, strict=True)
        if line.id is not None
    ]
    whole = Money.total((share.amount for share in shares), situation.store.currency)
    return {
        "section": "orders",
        "order": order,
        "command": command.value,
        "wording": wording,
        "choices": wording.choices,
        "rows": rows,
        "whole": whole,
        "currency": situation.store.currency,
        "captures": situation.klarna.captures if situation.klarna else (),
        "offers": _offers_known(order),
        "typed": {name: typed.get(name, "") for name in _KEPT},
        "by": typed.get("by") or _begins_with(command, bool(rows)),
        "errors": errors,
        "key": fields.key_of(typed) or uuid4(),
        "review": reverse(f"console:review-{command.value}", args=[order.pk]),
        "question": reverse("console:review-due_date", args=[order.pk]),
        **reviewing.about_lines(order, command, situation),
    }


def _begins_with(command: Command, lines: bool) -> str:
    """Return what is chosen at first: all to capture, and nothing yet to refund."""
    if command is Command.CAPTURE:
        return fields.ALL
    return fields.LINES if lines else fields.AMOUNT


def _answer(order_id: int, key: UUID) -> dict[str, Any]:
    order = _order(order_id)
    row = AskRow.objects.filter(uid=key, order=order).first()
    if row is None:
        raise Http404
    found = desk.current().answer_of(order.pk, key)
    command = Command(row.command)
    return {
        "section": "orders",
        "order": order,
        "ask": row,
        "answer": found,
        "wording": WORDING[command],
        "waiting": found.state is AskState.WAITING,
        "done": found.state is AskState.DONE,
        "withdrawn": found.state is AskState.WITHDRAWN,
        "again": reverse(f"console:ask-{command.value}", args=[order.pk]),
        "offers": found.offers,
        "key": uuid4(),
        "sent": row.intent is not None,
    }


def _offers_known(order: Order) -> Answer | None:
    """Return Klarna's last word on moving the due date of this order."""
    row = (
        AskRow.objects.filter(
            order=order, command=Command.DUE_DATE.value, state=AskState.DONE.value
        )
        .exclude(offers=[])
        .last()
    )
    return None if row is None else desk.current().answer_of(order.pk, row.uid)


def _kept(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is given along to the next page."""
    return {
        name: str(typed[name]) for name in typed if name in _KEPT or name.startswith("line-")
    }


def _situation(order: Order) -> Situation:
    """Return both halves as last read. Raises Http404 before the first look."""
    try:
        return desk.current().situations.of(order.pk)
    except NotAllowedNow as refusal:
        raise Http404(str(refusal)) from refusal


def _order(order_id: int) -> Order:
    # SQLite's and PostgreSQL's largest row id; anything above cannot even be asked for.
    order = reads.get_order(order_id) if order_id < 2**63 else None
    if order is None:
        raise Http404
    return order
