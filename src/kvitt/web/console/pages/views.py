"""Keeping a list under a name, and deleting it again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kvitt.domain.errors import NotAllowedNow
from kvitt.web.accounts.guards import person_of, requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import views

#: What a column of the database holds; no view has it.
LARGEST = 2**63 - 1


@require_POST
@requires(Right.SEE)
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the list that is shown under a name."""
    query = request.POST.get("query", "")[:1000]
    try:
        view = views.keep(person_of(request).pk, request.POST.get("name", ""), query)
    except NotAllowedNow as refusal:
        messages.error(request, str(refusal))
        return redirect("console:orders")
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(reverse("console:orders") + view.query)


@require_POST
@requires(Right.SEE)
def forget(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete a view."""
    if view_id > LARGEST or not views.forget(person_of(request).pk, view_id):
        raise Http404
    messages.info(request, _("The view is deleted."))
    return redirect("console:orders")
