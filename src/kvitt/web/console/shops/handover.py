"""Side by side: what the shop's own order management does, and what kvitt would do."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kvitt.adapters.database.models import Order
from kvitt.domain.errors import KvittError, NotAllowedNow
from kvitt.domain.ids import ShopId
from kvitt.domain.plan import Guard
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right
from kvitt.web.console import sentences
from kvitt.web.console.shops import desk, reads


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Show what kvitt would do with the orders that the shop's own plugin manages."""
    now = timezone.now()
    context = {
        "section": "shops",
        "view": reads.view_of(shop_id, now=now),
        "rows": reads.side_by_side(shop_id, Guard.ANOTHER_PLUGIN, now=now),
        "may_configure": roles.may(request.user, Right.CONFIGURE, shop_id),
    }
    return render(request, "console/shops/hand_over.html", context)


@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def take_over(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Switch the plugin's automatic actions off, and act from now on."""
    try:
        looked_at = desk.current().hand_over.take_over(
            ShopId(shop_id), actor=request.user.get_username()
        )
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
        return redirect("console:hand-over", shop_id=shop_id)
    except KvittError:
        return _unanswered(request, shop_id)
    said = ngettext(
        "kvitt has taken over. %(count)d order is looked at again.",
        "kvitt has taken over. %(count)d orders are looked at again.",
        looked_at,
    )
    messages.success(request, said % {"count": looked_at})
    return redirect("console:shop", shop_id=shop_id)


@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def hand_back(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Stop acting, and switch the plugin's automatic actions on as they were."""
    try:
        desk.current().hand_over.hand_back(ShopId(shop_id))
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
    except KvittError:
        return _unanswered(request, shop_id)
    else:
        messages.success(request, _("The plugin acts again, and kvitt only watches."))
    return redirect("console:shop", shop_id=shop_id)


@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def take_over_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Act on this one order, and keep the plugin from it."""
    shop = Order.objects.values_list("shop", flat=True).get(pk=order_id)
    try:
        desk.current().hand_over.take_over_order(order_id)
    except KvittError:
        return _unanswered(request, shop)
    messages.success(request, _("kvitt acts on this order from now on."))
    return redirect("console:hand-over", shop_id=shop)


def _unanswered(request: HttpRequest, shop_id: int) -> HttpResponse:
    messages.error(
        request, _("The shop did not answer, so kvitt goes on watching only. Try again.")
    )
    return redirect("console:hand-over", shop_id=shop_id)
