"""What waits for a person, and what a person may do about it there."""

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.reads import Shops
from kvitt.domain.errors import NotAllowedNow
from kvitt.web import desk
from kvitt.web.accounts import recent, roles
from kvitt.web.accounts.guards import person_of, requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import care, sentences, text, trail, waiting, words
from kvitt.web.console.shops.reads import row_of

ID_DIGITS = 18


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """Show everything that waits, what has waited longest first."""
    shops, now = roles.shops_of(request.user), timezone.now()
    question = _asked(request, request.GET)
    found = waiting.page(question, now=now, shops=shops)
    retriable = roles.shops_of(request.user, Right.RETRY)
    context = {
        "section": "attention",
        "question": question,
        "whose": question.whose,
        "choices": waiting.WHOSE,
        "cause": words.HOLDS.get(question.code, ""),
        "only_shop": _shop_name(question, shops),
        "cases": found.cases,
        "can_retry": len(_to_retry(found.cases, retriable)),
        "next": found.next,
        "first": f"{reverse('console:attention')}?{urlencode(question.parts)}",
        "later": "after" in request.GET,
        "shops": [row_of(shop) for shop in waiting.troubled_shops(shops=shops)],
        "retriable": retriable,
        "refundable": roles.shops_of(request.user, Right.REFUND),
        "capturable": roles.shops_of(request.user, Right.CAPTURE),
        "offers_commands": desk.installed() is not None,
        "people": care.people({case.order.shop_id for case in found.cases}),
        "pauses": care.PAUSES,
        "back": request.get_full_path(),
    }
    return render(request, "console/attention.html", context)


def _asked(request: HttpRequest, query: QueryDict) -> waiting.Question:
    """Return which of what waits is asked for."""
    whose, code, shop = query.get("whose", "all"), query.get("code", ""), query.get("shop", "")
    return waiting.Question(
        whose=whose if whose in waiting.WHOSE else "all",
        user=person_of(request).pk,
        code=code if code in words.HOLDS else "",
        shop=int(shop) if _is_id(shop) else None,
        after=query.get("after", "")[:100],
    )


def _shop_name(question: waiting.Question, shops: Shops) -> str:
    if question.shop is None:
        return ""
    found = reads.visible_shops(shops).filter(pk=question.shop).first()
    return found.name if found else "–"


def _to_retry(cases: Iterable[waiting.Case], shops: Shops) -> list[waiting.Case]:
    """Return what trying again can help: no question, and no call without an outcome."""
    return [
        case
        for case in cases
        if not (case.answers or case.unknown) and (shops is None or case.order.shop_id in shops)
    ]


@require_POST
@requires(Right.RETRY)
def retry_all(request: HttpRequest) -> HttpResponse:
    """Have everything on the page it was pressed on tried again; say how much could not be."""
    asked = refused = 0
    shops = roles.shops_of(request.user, Right.RETRY)
    question = _asked(request, request.POST)
    found = waiting.page(question, now=timezone.now(), shops=shops)
    for case in _to_retry(found.cases, shops):
        try:
            desk.current().retry(case.order.pk, actor=request.user.get_username())
        except NotAllowedNow:
            refused += 1
        else:
            asked += 1
    _tell(request, asked, refused)
    return redirect(f"{reverse('console:attention')}?{urlencode(question.parts)}")


def _tell(request: HttpRequest, asked: int, refused: int) -> None:
    if asked:
        said = ngettext(
            "%(count)d order is being tried again.",
            "%(count)d orders are being tried again.",
            asked,
        )
        messages.info(request, said % {"count": asked})
    if refused:
        said = ngettext(
            "%(count)d order cannot be tried again as it is: open it to see why.",
            "%(count)d orders cannot be tried again as they are: open them to see why.",
            refused,
        )
        messages.warning(request, said % {"count": refused})
    if not asked and not refused:
        messages.info(request, _("Nothing was waiting."))


@require_POST
@requires(Right.REFUND)
@recent.recently_signed_in
def approve(request: HttpRequest, order_id: int) -> HttpResponse:
    """Allow what the order's hold waits for, as it was read."""
    return _answered(
        request, order_id, desk.current().approve, _("You approved it. It is being done now.")
    )


@require_POST
@requires(Right.REFUND)
def decline(request: HttpRequest, order_id: int) -> HttpResponse:
    """Leave out what the order's hold waits for: no money moves."""
    return _answered(
        request, order_id, desk.current().decline, _("You declined it. No money is moved.")
    )


def _answered(
    request: HttpRequest, order_id: int, act: Callable[..., None], said: str
) -> HttpResponse:
    try:
        act(order_id, request.user.get_username(), seen=request.POST.get("seen", ""))
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
    else:
        messages.success(request, said)
    return trail.follow(request, "console:order", order_id)


@require_POST
@requires(Right.RETRY)
def assign(request: HttpRequest, order_id: int) -> HttpResponse:
    """Give the order to a person, or to nobody."""
    order = _order(order_id)
    to = request.POST.get("to", "")
    try:
        name = care.assign(order, int(to) if _is_id(to) else None)
    except NotAllowedNow as refusal:
        messages.error(request, str(refusal))
    else:
        said = (
            _("Assigned to %(name)s.") % {"name": name}
            if name
            else _("It is assigned to nobody.")
        )
        messages.info(request, said)
    return _back(request)


@require_POST
@requires(Right.RETRY)
def snooze(request: HttpRequest, order_id: int) -> HttpResponse:
    """Put the order out of sight for a while, or show it again."""
    order = _order(order_id)
    try:
        until = care.snooze(order, request.POST.get("pause", ""), now=timezone.now())
    except NotAllowedNow as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("It is out of sight until %(moment)s, or until something about it changes.")
        shown = _("It is shown again.")
        messages.info(request, said % {"moment": text.moment(until)} if until else shown)
    return _back(request)


def _order(order_id: int) -> Order:
    order = reads.get_order(order_id)
    if order is None:
        raise Http404
    return order


def _is_id(given: str) -> bool:
    return given.isdecimal() and len(given) <= ID_DIGITS


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the page that the form stood on."""
    onward = request.POST.get("back", "")
    known = url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
    return redirect(onward if known else reverse("console:attention"))
