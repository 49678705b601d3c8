"""What a person is told by e-mail, and how the programs do that are told by webhooks."""

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kvitt.adapters.database import subscribers
from kvitt.adapters.database.models import Subscriber
from kvitt.adapters.database.subscribers import Subscribers
from kvitt.adapters.database.vault import Vault
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import own_account, person_of, requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console.models import Notices
from kvitt.web.console.notices.forms import NoticesForm

UNREADY = 422
#: What a column of the database holds; no row has it.
LARGEST = 2**63 - 1


def addresses() -> list[URLPattern]:
    """Return the addresses of what a person is told."""
    return [
        path("settings/notices", show, name="notices"),
        path("settings/notices/try", try_out, name="try-notices"),
        path(
            "settings/notices/programs/<int:subscriber_id>/tell-again",
            tell_again,
            name="tell-again",
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@own_account
def show(request: HttpRequest) -> HttpResponse:
    """Show what the person is told, and keep a new choice."""
    person = person_of(request)
    form = NoticesForm(request.POST) if request.method == "POST" else NoticesForm.of(person)
    if form.is_bound and form.is_valid():
        form.save(person, now=timezone.now())
        messages.success(request, _("Your settings are kept."))
        return redirect("console:notices")
    context = {
        "section": "settings",
        "form": form,
        "notices": Notices.objects.filter(user=person).first(),
        "sends": bool(settings.KVITT.mail),
        "folder": settings.EMAIL_FILE_PATH or "",
        "programs": _programs(request).select_related("shop").order_by("pk"),
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
        messages.error(request, _("Keep an address first."))
    return redirect("console:notices")


@require_POST
@requires(Right.CONFIGURE)
def tell_again(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Have a program told again that could not be reached, of what it missed too."""
    row = _programs(request).filter(pk=min(subscriber_id, LARGEST)).first()
    if row is None:
        raise Http404
    Subscribers(Vault.of(settings.KVITT), timezone.now).enable(
        row, actor=request.user.get_username()
    )
    messages.success(request, _("It is told again, of what it has missed too."))
    return redirect("console:notices")


def _programs(request: HttpRequest) -> "QuerySet[Subscriber]":
    """Return the programs that are told of events, as far as the reader may say so."""
    return subscribers.visible(roles.shops_of(request.user, Right.CONFIGURE))
