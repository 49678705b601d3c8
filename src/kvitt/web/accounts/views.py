"""Signing in and out, and proving once more who is at the screen."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from kvitt.web.accounts import recent
from kvitt.web.accounts.forms import SignInForm
from kvitt.web.accounts.guards import for_anybody, own_account
from kvitt.web.accounts.proof import ProofForm


@sensitive_post_parameters("password")
@for_anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a name and a password, and go on to where the person was going."""
    onward = _checked(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(onward)
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        login(request, form.user)
        return redirect(onward)
    status = 422 if form.errors else 200
    return render(request, "accounts/login.html", {"form": form, "next": onward}, status=status)


@require_POST
@own_account
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session. By POST, so that no link or image can do it."""
    logout(request)
    return redirect("login")


@sensitive_post_parameters("proof_password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_account
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask who is at the screen, and go on to the page that wanted to know."""
    onward = _checked(request, request.POST.get("next") or request.GET.get("next", ""))
    assert isinstance(request.user, User)  # noqa: S101 - the login gate lets nobody else here
    form = ProofForm(request, request.user, request.POST or None)
    if form.is_bound and form.is_valid():
        recent.note(request, now=timezone.now())
        return redirect(onward)
    context = {"form": form, "action": reverse("confirm"), "carried": [("next", onward)]}
    status = 422 if form.errors else 200
    return render(request, "accounts/confirm.html", context, status=status)


def _checked(request: HttpRequest, target: str) -> str:
    """Return the target if it is a page of ours, else the front page."""
    if url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)
