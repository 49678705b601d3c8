"""The page of one order, and what may be asked there."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kvitt.adapters.database import health, reads
from kvitt.adapters.database.details import OrderReader
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import NotAllowedNow
from kvitt.web import desk
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import care, listing, sentences, trail, waiting
from kvitt.web.console.asking import offers as by_hand
from kvitt.web.console.order_view import OrderView, view_of


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest, order_id: int) -> HttpResponse:
    """Show the order."""
    context, listed = _context(request, order_id), trail.of(request).question
    order, shops = context["view"].order, roles.shops_of(request.user)
    context["beside"] = listing.beside(listed, order, now=timezone.now(), shops=shops)
    return render(request, "console/order.html", context)


@require_safe
@requires(Right.SEE)
def live(request: HttpRequest, order_id: int) -> HttpResponse:
    """Show the part that changes by itself, for a page that is open."""
    return render(request, "console/parts/order_live.html", _context(request, order_id))


@require_POST
@requires(Right.LOOK_AGAIN)
def look_again(request: HttpRequest, order_id: int) -> HttpResponse:
    """Have both halves read again."""
    order = _order(order_id)
    desk.current().look_again(order.pk, actor=request.user.get_username())
    messages.info(request, _("You asked for the shop and Klarna to be read again."))
    return trail.follow(request, "console:order", order_id)


@require_POST
@requires(Right.RETRY)
def retry(request: HttpRequest, order_id: int) -> HttpResponse:
    """Have what waits for a person tried again."""
    order = _order(order_id)
    try:
        desk.current().retry(order.pk, actor=request.user.get_username())
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
    else:
        messages.info(request, _("You asked for it to be tried again."))
    return trail.follow(request, "console:order", order_id)


def _context(request: HttpRequest, order_id: int) -> dict[str, Any]:
    view = _view(order_id)
    held = roles.rights_in(request.user, view.order.shop_id)
    context: dict[str, Any] = {
        "section": "orders",
        "view": view,
        "may_manage": Right.CAPTURE in held,
        **by_hand.offered(view.order, held),
    }
    if view.held:
        context |= {
            "case": waiting.case_of(view.order, now=timezone.now()),
            "retriable": roles.shops_of(request.user, Right.RETRY),
            "refundable": roles.shops_of(request.user, Right.REFUND),
            "capturable": roles.shops_of(request.user, Right.CAPTURE),
            "offers_commands": desk.installed() is not None,
            "people": care.people({view.order.shop_id}),
            "pauses": care.PAUSES,
            "back": f"{reverse('console:order', args=[order_id])}{trail.of(request)}",
        }
    return context


def _view(order_id: int) -> OrderView:
    detail, now = OrderReader(Vault.of(settings.KVITT)).detail(_order(order_id)), timezone.now()
    return view_of(detail, now=now, waits=health.away().sentence(detail.order, now=now))


def _order(order_id: int) -> Order:
    # SQLite's and PostgreSQL's largest row id; anything above cannot even be asked for.
    order = reads.get_order(order_id) if order_id < 2**63 else None
    if order is None:
        raise Http404
    return order
