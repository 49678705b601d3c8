"""The keys by which programs call the HTTP API: made, listed, revoked.

The law: a key may no more than who makes it, and its token is on the page that made it and
nowhere else.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Shop
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right
from kvitt.web.api import keys
from kvitt.web.api.keys import NewKey
from kvitt.web.api.models import ApiKey

UNREADY = 422
#: What a key may be given, in words. Accounts are made by people only.
SCOPES: Mapping[str, Any] = {
    Right.SEE.value: _("See orders and reports"),
    Right.LOOK_AGAIN.value: _("Have orders looked at again"),
    Right.RETRY.value: _("Try again what was refused"),
    Right.CAPTURE.value: _("Capture, update, extend, release and cancel"),
    Right.REFUND.value: _("Refund"),
    Right.CONFIGURE.value: _("Connect shops, and have other programs told of events"),
}


class KeyForm(forms.Form):
    """What a new key is to be."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=100,
        help_text=_("Timelines name it beside what it asks for."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=list(SCOPES.items()),
        initial=[Right.SEE.value],
        widget=forms.CheckboxSelectMultiple,
    )
    shop = forms.ChoiceField(label=_("Where"), required=False)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year"))],
        initial=365,
    )

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        own = roles.shops_of(request.user, Right.PEOPLE)
        shops = [(str(shop.pk), shop.name) for shop in reads.visible_shops(own)]
        everywhere = [("", _("Every shop there is and will be"))] if own is None else []
        # django-stubs know a form's fields by their base class only.
        self.fields["shop"].choices = [*everywhere, *shops]  # type: ignore[attr-defined]
        self.fields["shop"].required = own is not None

    def clean_name(self) -> str:
        """Refuse a name that a key has: a page that is sent twice makes one key."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        if ApiKey.objects.filter(name=name, revoked_at=None).exists():
            raise ValidationError(_t("There is a key of this name."))
        return name


@require_safe
@requires(Right.PEOPLE)
def show(request: HttpRequest) -> HttpResponse:
    """List the keys, and offer to make one."""
    return _page(request, KeyForm(request))


@never_cache
@require_POST
@requires(Right.PEOPLE)
@recently_signed_in
def make(request: HttpRequest) -> HttpResponse:
    """Make a key, and show its token on this page only."""
    form = KeyForm(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=UNREADY)
    given, now = form.cleaned_data, timezone.now()
    new = NewKey(
        name=given["name"],
        scopes=frozenset(Right(scope) for scope in given["scopes"]),
        shops=[int(given["shop"])] if given["shop"] else None,
        created_by=request.user.get_username(),
        expires_at=now + timedelta(days=given["days"]),
    )
    _row, token = keys.make(new, now=now)
    return _page(request, KeyForm(request), token=token)


@require_POST
@requires(Right.PEOPLE)
@recently_signed_in
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """Make a key open nothing from now on."""
    row = _own(request).filter(pk=min(key_id, 2**63 - 1)).first()
    if row is None:
        raise Http404
    keys.revoke(row.prefix, now=timezone.now())
    messages.success(
        request, _t("The key %(name)s opens nothing any more.") % {"name": row.name}
    )
    return redirect("console:tokens")


def _page(
    request: HttpRequest, form: KeyForm, *, token: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        "section": "settings",
        "form": form,
        "token": token,
        "rows": [
            {
                "key": row,
                "scopes": [SCOPES.get(scope, scope) for scope in row.scopes],
                "shops": [] if row.everywhere else row.shops.all(),
                "over": row.expires_at is not None and row.expires_at <= now,
            }
            for row in _own(request).prefetch_related("shops").order_by("revoked_at", "-pk")
        ],
    }
    return render(request, "console/tokens.html", context, status=status)


def _own(request: HttpRequest) -> "QuerySet[ApiKey]":
    """Return the keys whose shops are all the reader's to give rights in."""
    shops = roles.shops_of(request.user, Right.PEOPLE)
    if shops is None:
        return ApiKey.objects.all()
    foreign = ApiKey.objects.filter(shops__in=Shop.objects.exclude(pk__in=shops))
    own = ApiKey.objects.filter(everywhere=False).exclude(shops=None)
    return own.exclude(pk__in=foreign.values("pk"))
