"""The page of one's own account: password, second factor, where one is signed in."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvitt.web.accounts import factor, sessions
from kvitt.web.accounts.forms import CodeForm
from kvitt.web.accounts.guards import own_account, person_of
from kvitt.web.accounts.people_forms import ChangePasswordForm
from kvitt.web.accounts.recent import recently_signed_in

_INVALID = 422


@never_cache
@require_safe
@own_account
def show(request: HttpRequest) -> HttpResponse:
    """Show everything about the reader's own account."""
    user = person_of(request)
    context = {
        "section": "account",
        "second_factor": factor.is_on(user),
        "codes_left": factor.codes_left(user),
        "sessions": sessions.open_sessions(user, now=timezone.now()),
        "this_one": sessions.number_of(request),
    }
    return render(request, "accounts/account.html", context)


@sensitive_post_parameters("present", "password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_account
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; every other session of the account ends."""
    user = person_of(request)
    form = ChangePasswordForm(request, user, request.POST or None)
    if form.is_bound and form.is_valid():
        user.set_password(str(form.cleaned_data["password"]))
        user.save()
        update_session_auth_hash(request, user)
        sessions.end(user, but=sessions.number_of(request))
        messages.success(request, _("Your password is changed. Other sessions have ended."))
        return redirect("account")
    status = _INVALID if form.errors else 200
    context = {"section": "account", "form": form}
    return render(request, "accounts/password.html", context, status=status)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_account
@recently_signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set the second factor up: scan, type the first code, keep the recovery codes."""
    user = person_of(request)
    if factor.is_on(user):
        return redirect("account")
    beginning = factor.begin(user)
    form = CodeForm(request, user, request.POST if "code" in request.POST else None)
    if form.is_bound:
        codes = factor.confirm(user, str(form.data["code"]), now=timezone.now())
        if codes:
            sessions.end(user, but=sessions.number_of(request))
            return _show_codes(request, codes)
    context = {
        "section": "account",
        "beginning": beginning,
        "form": form,
        "wrong": form.is_bound,
    }
    status = _INVALID if form.is_bound else 200
    return render(request, "accounts/second_factor.html", context, status=status)


@never_cache
@require_POST
@own_account
@recently_signed_in
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes, shown on this page only."""
    user = person_of(request)
    if not factor.is_on(user):
        return redirect("account")
    return _show_codes(request, factor.renew_codes(user))


@require_POST
@own_account
@recently_signed_in
def remove_factor(request: HttpRequest) -> HttpResponse:
    """Switch the second factor off."""
    factor.remove(person_of(request))
    messages.success(request, _("The second factor is off."))
    return redirect("account")


@require_POST
@own_account
@recently_signed_in
def end_session(request: HttpRequest, number: UUID) -> HttpResponse:
    """Sign one of the reader's own browsers out."""
    sessions.end_one(person_of(request), number)
    messages.success(request, _("That browser is signed out."))
    return redirect("account")


@require_POST
@own_account
@recently_signed_in
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign every other browser out."""
    sessions.end(person_of(request), but=sessions.number_of(request))
    messages.success(request, _("Every other browser is signed out."))
    return redirect("account")


def _show_codes(request: HttpRequest, codes: tuple[str, ...]) -> HttpResponse:
    return render(
        request, "accounts/recovery_codes.html", {"section": "account", "codes": codes}
    )
