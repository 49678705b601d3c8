"""What kvitt has asked of Klarna and owes to shops, and the page of one call."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kvitt.adapters.database import reads
from kvitt.adapters.database.details import OrderReader
from kvitt.adapters.database.models import IntentRow
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import NotAllowedNow
from kvitt.web import desk
from kvitt.web.accounts import recent, roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import calls, exchange, sentences, words
from kvitt.web.console.calls import OWED, TABS, Question

DONE, NOT_DONE = "done", "not_done"


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """List calls, or what is owed to shops."""
    shops = roles.shops_of(request.user)
    counts = calls.count(shops=shops)
    # Without a tab in the address: the first that holds something a person should see.
    first = next((code for code in TABS if counts[code]), "done")
    question = Question.read(request.GET, default=first)
    found = calls.page(question, shops=shops)
    context = {
        "section": "activity",
        "question": question,
        "tab": TABS[question.tab],
        "tabs": [
            {
                "tab": tab,
                "count": _told(counts[tab.code]),
                "address": question.on(tab.code),
            }
            for tab in TABS.values()
        ],
        "kinds": words.WRITES if question.tab == OWED else words.CALLS,
        "operations": found.operations,
        "next": found.next and question.page(found.next),
        "first": question.after and question.page(0),
        "shops": reads.visible_shops(shops).only("pk", "name"),
    }
    return render(request, "console/activity.html", context)


@require_safe
@requires(Right.SEE)
def one(request: HttpRequest, order_id: int, call_id: UUID) -> HttpResponse:
    """Show one call with its attempts and its exchange."""
    call = _call(order_id, call_id)
    view = exchange.view_of(call, OrderReader(Vault.of(settings.KVITT)))
    held = roles.rights_in(request.user, call.order.shop_id)
    context = {
        "section": "activity",
        "view": view,
        "may_settle": exchange.right_to_settle(call) in held,
    }
    return render(request, "console/call.html", context)


@require_POST
@requires(Right.RETRY)
@recent.recently_signed_in
def settle(request: HttpRequest, order_id: int, call_id: UUID) -> HttpResponse:
    """Take down what a person has seen at Klarna of a call that nobody answered."""
    call = _call(order_id, call_id)
    if not roles.may(request.user, exchange.right_to_settle(call), call.order.shop_id):
        raise PermissionDenied
    outcome = request.POST.get("outcome", "")
    if outcome not in {DONE, NOT_DONE}:
        messages.error(request, _("Say whether Klarna has done it or not."))
        return redirect("console:call", order_id, call_id)
    try:
        desk.current().settle_by_hand(
            order_id,
            call_id,
            done=outcome == DONE,
            reason=request.POST.get("reason", "")[:500],
            actor=request.user.get_username(),
        )
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
        return redirect("console:call", order_id, call_id)
    messages.success(request, _("Taken down. kvitt looks at the order again now."))
    return redirect("console:order", order_id)


def _call(order: int, call: UUID) -> IntentRow:
    found = calls.get(order, call)
    if found is None:
        raise Http404
    return found


def _told(count: int) -> str:
    return f"{calls.COUNT_LIMIT}+" if count > calls.COUNT_LIMIT else str(count)
