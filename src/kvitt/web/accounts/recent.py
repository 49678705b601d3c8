"""A recent proof of who is at the screen, before money moves or rights change.

The law: a session that was left open, or taken over, moves no money by itself. A view
under ``recently_signed_in`` runs only where the last proof of this session is younger
than ``PROOF_LASTS``; else the person proves it again, and what they had sent is carried
out then, without being typed anew (reliability.md §8, ASVS 5.0 7.5.3).

Signing in is a proof; a wrong one is throttled like a wrong password.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from kvitt.web.accounts.guards import View, person_of
from kvitt.web.accounts.proof import FIELDS, ProofForm

#: How long a proof is good for.
PROOF_LASTS = timedelta(minutes=15)
_KEY = "kvitt_proved_at"
_SAFE = ("GET", "HEAD")
_OURS = {*FIELDS, "csrfmiddlewaretoken"}


def recently_signed_in(view: View) -> View:
    """Run the view only shortly after a proof; else ask for one first.

    Put it below ``requires``, so that who may not is refused before being asked.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_recent(request, now=timezone.now()):
            return view(request, *args, **kwargs)
        if request.method in _SAFE:
            onward = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('confirm')}?{onward}")
        if request.headers.get("HX-Request") == "true":
            return _whole_page(request)
        form = _form_of(request)
        if form.is_bound and form.is_valid():
            prove(request, now=timezone.now())
            return view(request, *args, **kwargs)
        return _ask(request, form)

    return guarded


def note(request: HttpRequest, *, now: datetime) -> None:
    """Remember that the person at the screen has just proved who they are."""
    request.session[_KEY] = now.timestamp()


def prove(request: HttpRequest, *, now: datetime) -> None:
    """Note a proof, under a new key: one that was stolen before it is worth nothing."""
    request.session.cycle_key()
    note(request, now=now)


def is_recent(request: HttpRequest, *, now: datetime) -> bool:
    """Say whether the last proof of this session is young enough."""
    proved = request.session.get(_KEY)
    if not isinstance(proved, float):
        return False
    age = now - datetime.fromtimestamp(proved, UTC)
    return timedelta() <= age < PROOF_LASTS


def _form_of(request: HttpRequest) -> ProofForm:
    given = request.POST if FIELDS & request.POST.keys() else None
    return ProofForm(request, person_of(request), given)


def _ask(request: HttpRequest, form: ProofForm) -> HttpResponse:
    """Show the question, with everything that was sent as hidden fields around it."""
    context = {"form": form, "action": request.get_full_path(), "carried": list(_sent(request))}
    status = 422 if form.errors else 200
    return render(request, "accounts/confirm.html", context, status=status)


def _sent(request: HttpRequest) -> Iterable[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in _OURS:
            for value in values:
                yield name, str(value)


def _whole_page(request: HttpRequest) -> HttpResponse:
    """Have htmx go to the question as a whole page, and come back to where it was."""
    onward = urlencode({"next": request.headers.get("HX-Current-URL", "/")})
    return HttpResponse(headers={"HX-Redirect": f"{reverse('confirm')}?{onward}"})
