"""The sign-in forms: a name and a password, then a code; one answer for everything wrong."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kvitt.web.accounts import attempts, factor, throttle


class SignInForm(forms.Form):
    """Checks who somebody is. Never says which part was wrong."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user: User | None = None
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean(self) -> dict[str, Any]:
        """Compare with the account, unless this account or address has to wait."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        name, address = cleaned["name"], attempts.address_of(self.request)
        if wait := throttle.admit(name, address, now=timezone.now()):
            raise ValidationError(attempts.please_wait(wait))
        found = authenticate(self.request, username=name, password=cleaned["password"])
        if not isinstance(found, User):
            raise ValidationError(_("The name or the password is not right."))
        throttle.forgive(name, address)
        self.user = found
        return cleaned


class CodeForm(forms.Form):
    """Checks a code of the second factor, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user = user
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean(self) -> dict[str, Any]:
        """Compare with the account's second factor, unless it has to wait."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        check_code(self.request, self.user, cleaned["code"])
        return cleaned


def check_code(request: HttpRequest, user: User, code: str) -> None:
    """Take a code of the user's second factor. Raises ValidationError in words.

    It is throttled apart from the password, whose success must not forgive wrong codes.
    """
    now, address = timezone.now(), attempts.address_of(request)
    subject = f"second factor of {user.pk}"
    if wait := throttle.admit(subject, address, now=now):
        raise ValidationError(attempts.please_wait(wait))
    if not factor.check(user, code, now=now):
        raise ValidationError(_("The code is not right, or was used before."))
    throttle.forgive(subject, address)
