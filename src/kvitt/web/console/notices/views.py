"""What a person is told by e-mail."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import own_account, person_of
from kvitt.web.accounts.rights import Right
from kvitt.web.console.models import Notices
from kvitt.web.console.notices.forms import NoticesForm

UNREADY = 422


def addresses() -> list[URLPattern]:
    """Return the addresses of what a person is told."""
    return [
        path("settings/notices", show, name="notices"),
        path("settings/notices/try", try_out, name="try-notices"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@own_account
def show(request: HttpRequest) -> HttpResponse:
    """Show what the person is told, and keep a new choice."""
    person = person_of(request)
    form = NoticesForm(request.POST) if request.method == "POST" else NoticesForm.of(person)
    if form.is_bound and form.is_valid():
        form.save(person, now=timezone.now())
        messages.success(request, _("Your settings are saved."))
        return redirect("console:notices")
    context = {
        "section": "settings",
        "form": form,
        "notices": Notices.objects.filter(user=person).first(),
        "sends": bool(settings.KVITT.mail),
        "folder": settings.EMAIL_FILE_PATH or "",
        "configures": roles.may_somewhere(request.user, Right.CONFIGURE),
    }
    status = UNREADY if form.errors else 200
    return render(request, "console/notices/choices.html", context, status=status)


@require_POST
@own_account
def try_out(request: HttpRequest) -> HttpResponse:
    """Have a message sent that shows whether the address is right."""
    kept = Notices.objects.filter(user=person_of(request)).exclude(address="")
    if kept.update(trial=True):
        messages.info(request, _("A message is on its way. Load this page again in a minute."))
    else:
        messages.error(request, _("Save an address first."))
    return redirect("console:notices")
