"""Taking in the orders from before: how far it is, what was found, and leave to act."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kvitt.adapters.database.models import ShopImport
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import ShopId
from kvitt.domain.plan import Guard
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right
from kvitt.web.console import sentences
from kvitt.web.console.shops import desk, reads

#: The page asks again by itself while orders are being read.
LIVE_HEADER = "HX-Request"


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Show how far an import is, and its report."""
    now = timezone.now()
    context = {
        "section": "shops",
        "view": reads.view_of(shop_id, now=now),
        "rows": reads.side_by_side(shop_id, Guard.IMPORTED, now=now),
        "may_configure": roles.may(request.user, Right.CONFIGURE, shop_id),
    }
    is_part = request.headers.get(LIVE_HEADER) == "true"
    template = "console/shops/import_live.html" if is_part else "console/shops/import.html"
    return render(request, template, context)


@require_POST
@requires(Right.CONFIGURE)
def start(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Start taking in the shop's orders of the last 180 days."""
    desk.current().imports.start(ShopId(shop_id), actor=request.user.get_username())
    return redirect("console:import", shop_id=shop_id)


@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def approve(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Let kvitt do what the report says."""
    latest = ShopImport.objects.filter(shop=shop_id).order_by("-pk").first()
    if latest is None:
        raise Http404
    try:
        orders = desk.current().imports.approve(latest.pk, actor=request.user.get_username())
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
        return redirect("console:import", shop_id=shop_id)
    said = ngettext(
        "The report is approved: %(count)d order is kept in step from now on.",
        "The report is approved: %(count)d orders are kept in step from now on.",
        orders,
    )
    messages.success(request, said % {"count": orders})
    return redirect("console:shop", shop_id=shop_id)
