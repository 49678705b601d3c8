"""Signing in and out, and proving once more who is at the screen."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from kvitt.web.accounts import factor, people, recent
from kvitt.web.accounts.forms import CodeForm, SignInForm
from kvitt.web.accounts.guards import for_anybody, own_account, person_of
from kvitt.web.accounts.proof import ProofForm

#: How long after the password a code may be typed.
CODE_WITHIN = timedelta(minutes=5)
#: Where the session keeps who has typed a right password and not yet a code.
_HALF = "kvitt_half_signed_in"


@sensitive_post_parameters("password")
@for_anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a name and a password, and go on to where the person was going."""
    onward = checked(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(onward)
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        if factor.is_on(form.user):
            return _ask_code(request, form.user, onward)
        login(request, form.user)
        return redirect(onward)
    status = 422 if form.errors else 200
    context = {"form": form, "next": onward, "nobody_yet": not people.anybody()}
    return render(request, "accounts/login.html", context, status=status)


@sensitive_post_parameters("code")
@for_anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the second factor, shortly after the password."""
    user, onward = _half_signed_in(request)
    if user is None:
        return redirect("login")
    form = CodeForm(request, user, request.POST or None)
    if form.is_bound and form.is_valid():
        # A new key for the session: what was known before the code opens nothing after it.
        request.session.flush()
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect(checked(request, onward))
    status = 422 if form.errors else 200
    return render(request, "accounts/code.html", {"form": form}, status=status)


@require_POST
@own_account
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session. By POST, so that no link or image can do it."""
    logout(request)
    answer = redirect("login")
    # What the browser has kept of the pages is thrown away with the session.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@sensitive_post_parameters("proof_password", "proof_code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_account
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask who is at the screen, and go on to the page that wanted to know."""
    onward = checked(request, request.POST.get("next") or request.GET.get("next", ""))
    form = ProofForm(request, person_of(request), request.POST or None)
    if form.is_bound and form.is_valid():
        recent.prove(request, now=timezone.now())
        return redirect(onward)
    context = {"form": form, "action": reverse("confirm"), "carried": [("next", onward)]}
    status = 422 if form.errors else 200
    return render(request, "accounts/confirm.html", context, status=status)


def checked(request: HttpRequest, target: str) -> str:
    """Return the target if it is a page of ours, else the front page."""
    if url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _ask_code(request: HttpRequest, user: User, onward: str) -> HttpResponse:
    request.session.cycle_key()
    request.session[_HALF] = {
        "user": user.pk,
        "until": (timezone.now() + CODE_WITHIN).timestamp(),
        "next": onward,
        # A password that is changed meanwhile ends this half of a sign-in as well.
        "hash": user.get_session_auth_hash(),
    }
    return redirect("login-code")


def _half_signed_in(request: HttpRequest) -> tuple[User | None, str]:
    """Return who has just typed a right password, and where they were going."""
    half = request.session.get(_HALF)
    if half is None or timezone.now().timestamp() > half["until"]:
        return None, ""
    user = User.objects.filter(pk=half["user"], is_active=True).first()
    if user is None or not constant_time_compare(
        user.get_session_auth_hash(), str(half["hash"])
    ):
        return None, ""
    return user, str(half["next"])
