"""The webhooks that came."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvitt.adapters.database import reads
from kvitt.adapters.database.vault import Vault
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import received
from kvitt.web.console.received import STATES, Question

#: What was not taken in is told for so long.
LATELY = timedelta(days=7)


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """List the webhooks that came, and count what was not taken in."""
    shops = roles.shops_of(request.user)
    question = Question.read(request.GET)
    found = received.page(question, shops=shops)
    context = {
        "section": "inbox",
        "question": question,
        "received": found.received,
        "next": found.next and question.page(found.next),
        "first": question.after and question.page(0),
        "states": STATES,
        "shops": reads.visible_shops(shops).only("pk", "name", "heard_at"),
        "rejects": received.rejects(since=(timezone.now() - LATELY).date(), shops=shops),
        "kept_days": settings.KVITT.delivery_days,
    }
    return render(request, "console/inbox.html", context)


@require_safe
@requires(Right.SEE)
def one(request: HttpRequest, shop_id: int, delivery_id: int) -> HttpResponse:
    """Show one webhook."""
    delivery = received.get(shop_id, delivery_id)
    if delivery is None:
        raise Http404
    context = {
        "section": "inbox",
        "delivery": delivery,
        "state": STATES.get(delivery.state),
        "shape": received.shape_of(delivery, Vault.of(settings.KVITT)),
        "order": (
            reads.find_order(shop_id, delivery.resource_id)
            if delivery.resource_id is not None
            else None
        ),
    }
    return render(request, "console/delivery.html", context)
