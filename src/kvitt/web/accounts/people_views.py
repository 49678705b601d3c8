"""The pages of people: who may do what where, invitations, closing accounts."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvitt.domain.errors import NotAllowedNow
from kvitt.web.accounts import people, roles
from kvitt.web.accounts.guards import for_anybody, person_of, requires
from kvitt.web.accounts.people import Person
from kvitt.web.accounts.people_forms import (
    EVERYWHERE,
    InvitationForm,
    NewPasswordForm,
    RoleForm,
)
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right

_INVALID = 422


@require_safe
@requires(Right.PEOPLE)
def show(request: HttpRequest) -> HttpResponse:
    """List the accounts, and offer to invite somebody."""
    owner = person_of(request)
    return _list(request, RoleForm(owner, with_none=False))


@never_cache
@require_POST
@requires(Right.PEOPLE)
@recently_signed_in
def invite(request: HttpRequest) -> HttpResponse:
    """Make a link by which somebody makes an account; it is shown on this page only."""
    owner = person_of(request)
    form = RoleForm(owner, request.POST, with_none=False)
    if not form.is_valid() or form.new_role is None:
        return _list(request, form, status=_INVALID)
    try:
        token = people.invite(owner, form.new_role, shop=form.shop, now=timezone.now())
    except NotAllowedNow as refusal:
        messages.error(request, str(refusal))
        return redirect("people")
    return _list(request, RoleForm(owner, with_none=False), link=_link(request, token))


@require_safe
@requires(Right.PEOPLE)
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one account."""
    return _one(request, _known(request, user_id))


@require_POST
@requires(Right.PEOPLE)
@recently_signed_in
def set_role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a role in a shop, or take it."""
    owner, found = person_of(request), _known(request, user_id)
    form = RoleForm(owner, request.POST)
    if not form.is_valid():
        return _one(request, found, form, status=_INVALID)
    role, shop = form.new_role, form.shop
    return _carry_out(
        request, user_id, lambda: people.set_role(owner, found.user, role, shop=shop)
    )


@require_POST
@requires(Right.PEOPLE, everywhere=True)
@recently_signed_in
def close(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let an account sign in no more."""
    owner, user = person_of(request), _known(request, user_id).user
    return _carry_out(request, user_id, lambda: people.close(owner, user))


@require_POST
@requires(Right.PEOPLE, everywhere=True)
@recently_signed_in
def reopen(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let an account sign in again."""
    owner, user = person_of(request), _known(request, user_id).user
    return _carry_out(request, user_id, lambda: people.reopen(owner, user))


@require_POST
@requires(Right.PEOPLE, everywhere=True)
@recently_signed_in
def remove_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take a lost authenticator away."""
    owner, user = person_of(request), _known(request, user_id).user
    return _carry_out(request, user_id, lambda: people.remove_second_factor(owner, user))


@never_cache
@require_POST
@requires(Right.PEOPLE, everywhere=True)
@recently_signed_in
def reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """Make a link by which somebody chooses a new password; shown on this page only."""
    owner, found = person_of(request), _known(request, user_id)
    token = people.invite_to_new_password(owner, found.user, now=timezone.now())
    return _one(request, found, link=_link(request, token))


@sensitive_post_parameters("password")
@for_anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody who was invited choose a name and a password."""
    found = people.invitation_of(token, now=timezone.now())
    if found is None:
        return render(request, "accounts/invitation_over.html", status=404)
    data = request.POST if request.method == "POST" else None
    form = NewPasswordForm(found.user, data) if found.user else InvitationForm(User(), data)
    if form.is_valid():
        name = str(form.cleaned_data.get("name", ""))
        made = people.accept(found, name=name, password=str(form.cleaned_data["password"]))
        if made is None:
            return render(request, "accounts/invitation_over.html", status=404)
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("login")
    context = {"form": form, "invitation": found, "token": token}
    status = _INVALID if form.errors else 200
    return render(request, "accounts/invitation.html", context, status=status)


def _list(
    request: HttpRequest, form: RoleForm, *, link: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "section": "settings",
        "people": people.people_for(person_of(request)),
        "form": form,
        "link": link,
    }
    return render(request, "accounts/people.html", context, status=status)


def _one(
    request: HttpRequest,
    found: Person,
    form: RoleForm | None = None,
    *,
    link: str = "",
    status: int = 200,
) -> HttpResponse:
    owner = person_of(request)
    context = {
        "section": "settings",
        "person": found,
        "form": form or RoleForm(owner, initial=_role_of(found)),
        "link": link,
        "over_all": roles.may_everywhere(owner, Right.PEOPLE),
    }
    return render(request, "accounts/person.html", context, status=status)


def _role_of(found: Person) -> dict[str, str]:
    """Return what the form of roles begins with: what the person is now, where it is known."""
    held = next(iter(found.memberships), None)
    if held is None:
        return {}
    place = EVERYWHERE if held.shop_id is None else str(held.shop_id)
    return {"place": place, "role": held.role}


def _known(request: HttpRequest, user_id: int) -> Person:
    found = people.person_for(person_of(request), user_id)
    if found is None:
        raise Http404
    return found


def _carry_out(request: HttpRequest, user_id: int, change: Callable[[], None]) -> HttpResponse:
    try:
        change()
    except NotAllowedNow as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done. It applies from now on."))
    # Who gave their own ownership away may see this page no more.
    if not roles.may_somewhere(User.objects.get(pk=person_of(request).pk), Right.PEOPLE):
        return redirect("account")
    return redirect("person", user_id)


def _link(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("invitation", args=[token]))
