"""The list of shops, the page of one, and what may be said of it there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kvitt.domain.errors import KvittError
from kvitt.domain.ids import ShopId
from kvitt.domain.shop import Trouble
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right
from kvitt.web.console.shops import desk, reads


@require_safe
@requires(Right.SEE)
def index(request: HttpRequest) -> HttpResponse:
    """List the connected shops."""
    context = {
        "section": "shops",
        "rows": reads.list_shops(roles.shops_of(request.user)),
        "may_connect": roles.may_everywhere(request.user, Right.CONFIGURE),
    }
    return render(request, "console/shops/list.html", context)


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Show what was found in a shop, how it is, and what can be done about it."""
    context = {
        "section": "shops",
        "view": reads.view_of(shop_id, now=timezone.now()),
        "may_configure": roles.may(request.user, Right.CONFIGURE, shop_id),
    }
    return render(request, "console/shops/shop.html", context)


@require_POST
@requires(Right.CONFIGURE)
def check(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Look the shop over, now."""
    standing = desk.current().health.look(ShopId(shop_id))
    if standing.trouble is None:
        messages.success(request, _("The shop was looked over."))
    return redirect("console:shop", shop_id=shop_id)


@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def vouch(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Say that this is the shop itself, so that it is worked on again."""
    keeper = desk.current().keeper
    standing = keeper.standing(ShopId(shop_id))
    facts = standing.found.facts if standing.found else None
    keeper.vouch(
        ShopId(shop_id),
        home_url=facts.home_url if facts and facts.home_url else standing.url,
        store_id=facts.store_id if facts else standing.store_id,
    )
    messages.success(request, _("The shop is worked on again."))
    return redirect("console:shop", shop_id=shop_id)


@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def move(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Use the address that the shop has moved to."""
    use = desk.current()
    standing = use.keeper.standing(ShopId(shop_id))
    if standing.trouble is Trouble.MOVED and standing.about:
        use.keeper.move(ShopId(shop_id), standing.about)
        use.health.look(ShopId(shop_id))
        messages.success(request, _("The shop is called at its new address."))
    return redirect("console:shop", shop_id=shop_id)


@require_POST
@requires(Right.CONFIGURE)
def pause(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Stop working on the shop's orders. What happens meanwhile is kept."""
    desk.current().keeper.pause(ShopId(shop_id))
    messages.info(request, _("The shop is paused: nothing is sent until it is resumed."))
    return redirect("console:shop", shop_id=shop_id)


@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def resume(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Work on the shop's orders again."""
    desk.current().keeper.resume(ShopId(shop_id))
    messages.success(request, _("The shop is worked on again."))
    return redirect("console:shop", shop_id=shop_id)


@require_POST
@requires(Right.CONFIGURE)
def connect_again(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Begin to give kvitt a new key of a shop that is connected."""
    use = desk.current()
    standing = use.keeper.standing(ShopId(shop_id))
    try:
        found = use.connecting.begin(standing.url, actor=request.user.get_username())
    except KvittError:
        # The check-up finds out and says what is wrong, on the shop's page.
        use.health.look(ShopId(shop_id))
        return redirect("console:shop", shop_id=shop_id)
    return redirect("console:connect-attempt", attempt_id=found.uid)
