"""What waits for a person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kvitt.domain.errors import NotAllowedNow
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import desk, waiting


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """Show everything that waits, what has waited longest first."""
    shops = roles.shops_of(request.user)
    found = waiting.cases(now=timezone.now(), shops=shops)
    context = {
        "section": "attention",
        "cases": found,
        "more": len(found) == waiting.PAGE,
        "shops": waiting.troubled_shops(shops=shops),
        "retriable": roles.shops_of(request.user, Right.RETRY),
    }
    return render(request, "console/attention.html", context)


@require_POST
@requires(Right.RETRY)
def retry_all(request: HttpRequest) -> HttpResponse:
    """Have everything on the page tried again; say how much could not be."""
    asked = refused = 0
    shops = roles.shops_of(request.user, Right.RETRY)
    for case in waiting.cases(now=timezone.now(), shops=shops):
        try:
            desk.current().retry(case.order.pk, actor=request.user.get_username())
        except NotAllowedNow:
            refused += 1
        else:
            asked += 1
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
    return redirect("console:attention")
