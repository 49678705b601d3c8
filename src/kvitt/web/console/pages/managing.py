"""Leaving one order alone from now on, and taking it up again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kvitt.adapters.database import reads
from kvitt.web import desk
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right
from kvitt.web.console import trail

#: Kept in the order's timeline.
REASON_LIMIT = 500


@require_POST
@requires(Right.CAPTURE)
def leave_alone(request: HttpRequest, order_id: int) -> HttpResponse:
    """Have nothing sent for the order from now on, whatever the shop says."""
    _check(order_id)
    reason = " ".join(request.POST.get("reason", "").split())[:REASON_LIMIT]
    if not reason:
        messages.error(request, _("Say why, so that others understand it later."))
        return trail.follow(request, "console:order", order_id)
    desk.current().switch_off(order_id, request.user.get_username(), reason=reason)
    messages.success(request, _("kvitt leaves this order alone from now on."))
    return trail.follow(request, "console:order", order_id)


@require_POST
@requires(Right.CAPTURE)
@recently_signed_in
def take_up(request: HttpRequest, order_id: int) -> HttpResponse:
    """Keep the order in step again, and look at it now."""
    _check(order_id)
    desk.current().switch_on(order_id, request.user.get_username())
    messages.success(request, _("kvitt manages this order again, and looks at it now."))
    return trail.follow(request, "console:order", order_id)


def _check(order_id: int) -> None:
    if reads.get_order(order_id) is None:
        raise Http404
