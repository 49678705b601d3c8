"""The pages of the webhooks that kvitt sends: made, tried, paused, looked after, deleted.

The law: a secret stands on the page that made it and on no other, and the pages do nothing
that the HTTP API would not do, for they ask the same code (``web/telling.py``).
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvitt.adapters.database import subscribers
from kvitt.adapters.database.models import Subscriber, SubscriberChange
from kvitt.domain.errors import NotAllowedNow
from kvitt.web import telling
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right
from kvitt.web.console import sentences
from kvitt.web.console.question import ID_DIGITS
from kvitt.web.console.webhooks import words
from kvitt.web.console.webhooks.deliveries import log_of
from kvitt.web.console.webhooks.forms import WebhookForm

UNREADY = 422
#: What a column of the database holds; no row has it.
LARGEST = 2**63 - 1
#: How many changes are shown, of one and of all.
CHANGES = 20
#: Counting stops here: what waits may be a lot.
MOST_COUNTED = 999


def addresses() -> list[URLPattern]:
    """Return the addresses of webhooks."""
    one = "settings/webhooks/<int:subscriber_id>"
    return [
        path("settings/webhooks", listed, name="webhooks"),
        path("settings/webhooks/add", add, name="add-webhook"),
        path(one, show, name="webhook"),
        path(f"{one}/live", live, name="webhook-live"),
        path(f"{one}/secret", replace_secret, name="webhook-secret"),
        path(f"{one}/test", try_out, name="try-webhook"),
        path(f"{one}/pause", pause, name="pause-webhook"),
        path(f"{one}/resume", resume, name="resume-webhook"),
        path(f"{one}/delete", remove, name="remove-webhook"),
        path(f"{one}/messages/<uuid:message_id>/again", again, name="send-again"),
    ]


@require_safe
@requires(Right.CONFIGURE)
def listed(request: HttpRequest) -> HttpResponse:
    """List who is told, and offer to have somebody told."""
    return _list(request, WebhookForm(request))


@never_cache
@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def add(request: HttpRequest) -> HttpResponse:
    """Have an address told of events, and show its secret on this page only."""
    form = WebhookForm(request, request.POST)
    if not form.is_valid():
        return _list(request, form, status=UNREADY)
    row, secret = telling.subscribe(
        form.cleaned_data["url"],
        form.chosen_events,
        shop=form.chosen_shop,
        actor=_actor(request),
    )
    return _page(request, row, secret=secret)


@require_safe
@requires(Right.CONFIGURE)
def show(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Show one that is told, and what arrived."""
    return _page(request, _row(request, subscriber_id))


@require_safe
@requires(Right.CONFIGURE)
def live(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Show the part that changes by itself, for a page that is open."""
    context = _context(request, _row(request, subscriber_id))
    return render(request, "console/webhooks/live.html", context)


@never_cache
@require_POST
@requires(Right.CONFIGURE)
@recently_signed_in
def replace_secret(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Give it a new secret, and show that on this page only."""
    row = _row(request, subscriber_id)
    return _page(request, row, secret=telling.replace_secret(row, actor=_actor(request)))


@require_POST
@requires(Right.CONFIGURE)
def try_out(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Send it a message that tells of no order."""
    row = _row(request, subscriber_id)
    try:
        telling.desk().try_out(row, actor=_actor(request))
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
    else:
        messages.info(request, _("A test is on its way. Its answer appears below."))
    return redirect("console:webhook", row.pk)


@require_POST
@requires(Right.CONFIGURE)
def pause(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Send it nothing for now."""
    row = _row(request, subscriber_id)
    telling.desk().pause(row, actor=_actor(request))
    messages.success(request, _("Paused. What happens meanwhile waits for up to 30 days."))
    return redirect("console:webhook", row.pk)


@require_POST
@requires(Right.CONFIGURE)
def resume(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Send to it again, what has waited too."""
    row = _row(request, subscriber_id)
    telling.desk().enable(row, actor=_actor(request))
    messages.success(request, _("It is told again, of what it has missed too."))
    return redirect("console:webhook", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.CONFIGURE)
@recently_signed_in
def remove(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Ask whether it shall be told nothing more; by POST, do so."""
    row = _row(request, subscriber_id)
    if request.method == "POST":
        telling.desk().remove(row, actor=_actor(request))
        messages.success(request, _("The webhook is deleted. Nothing more is sent there."))
        return redirect("console:webhooks")
    waiting = row.messages.filter(due_at__isnull=False)
    context = {
        "section": "settings",
        "row": row,
        "waiting": waiting[: MOST_COUNTED + 1].count(),
        "most": MOST_COUNTED,
    }
    return render(request, "console/webhooks/remove.html", context)


@require_POST
@requires(Right.CONFIGURE)
def again(request: HttpRequest, subscriber_id: int, message_id: UUID) -> HttpResponse:
    """Send a message once more, under its own id."""
    row = _row(request, subscriber_id)
    try:
        telling.desk().redeliver(row, message_id, actor=_actor(request))
    except NotAllowedNow as refusal:
        messages.error(request, sentences.say(str(refusal)).text)
    else:
        messages.info(request, _("It is sent again, under the same id."))
    return redirect("console:webhook", row.pk)


def _list(request: HttpRequest, form: WebhookForm, *, status: int = 200) -> HttpResponse:
    shops = roles.shops_of(request.user, Right.CONFIGURE)
    context = {
        "section": "settings",
        "form": form,
        "rows": [_shown(row) for row in _visible(request).select_related("shop")],
        "changes": _changes(subscribers.changes(shops)),
    }
    return render(request, "console/webhooks/list.html", context, status=status)


def _page(request: HttpRequest, row: Subscriber, *, secret: str = "") -> HttpResponse:
    context = {**_context(request, row), "secret": secret}
    return render(request, "console/webhooks/one.html", context)


def _context(request: HttpRequest, row: Subscriber) -> dict[str, Any]:
    now, until = timezone.now(), row.secret_before_until
    return {
        "section": "settings",
        **_shown(row),
        "events": [(event, words.meaning_of(event)) for event in row.events],
        "both_sign_until": until if until is not None and until > now else None,
        "log": log_of(row, before=_place(request.GET.get("before", "")), now=now),
        "changes": _changes(subscribers.changes(None).filter(subscriber=row)),
    }


def _shown(row: Subscriber) -> dict[str, Any]:
    """Return one that is told with the words for how it does."""
    return {
        "row": row,
        "state": words.state_of(row),
        # What follows may be a token.
        "address": row.url.partition("?")[0],
        "answer": words.answer(row.last_status, row.last_error),
    }


def _changes(rows: "QuerySet[SubscriberChange]") -> list[dict[str, Any]]:
    return [{"row": row, "what": words.DEEDS.get(row.what, row.what)} for row in rows[:CHANGES]]


def _visible(request: HttpRequest) -> "QuerySet[Subscriber]":
    """Return those of the shops that the reader may configure."""
    return subscribers.visible(roles.shops_of(request.user, Right.CONFIGURE))


def _row(request: HttpRequest, subscriber_id: int) -> Subscriber:
    found = _visible(request).select_related("shop").filter(pk=min(subscriber_id, LARGEST))
    row = found.first()
    if row is None:
        raise Http404
    return row


def _place(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= ID_DIGITS else None


def _actor(request: HttpRequest) -> str:
    return request.user.get_username()
