"""The question "is it still you?", answered with a code or the password.

The law: who has a second factor answers with it, for it is what a stolen password lacks.
An answer is throttled per account and per address like a sign-in, and is never sent back.
"""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kvitt.web.accounts import attempts, factor, throttle
from kvitt.web.accounts.forms import check_code

_CODE, _PASSWORD = "proof_code", "proof_password"
#: Names of the fields that the question adds to what was sent.
FIELDS = frozenset({_CODE, _PASSWORD})


class ProofForm(forms.Form):
    """Checks that the person at the screen is who signed in."""

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user = user
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.asks_code = factor.is_on(user)
        if self.asks_code:
            self.fields[_CODE] = forms.CharField(
                label=_("Code of your authenticator"),
                max_length=60,
                widget=forms.TextInput(
                    attrs={"autocomplete": "one-time-code", "autofocus": True}
                ),
            )
        else:
            self.fields[_PASSWORD] = forms.CharField(
                label=_("Password"),
                max_length=1000,
                strip=False,
                widget=forms.PasswordInput(
                    attrs={"autocomplete": "current-password", "autofocus": True}
                ),
            )

    def clean(self) -> dict[str, Any]:
        """Compare with the account, unless this account or address has to wait."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if self.asks_code:
            check_code(self.request, self.user, cleaned[_CODE])
        else:
            check_password(self.request, self.user, cleaned[_PASSWORD])
        return cleaned


def check_password(request: HttpRequest, user: User, password: str) -> None:
    """Compare with the user's password. Raises ValidationError in words."""
    name, address = user.get_username(), attempts.address_of(request)
    if wait := throttle.admit(name, address, now=timezone.now()):
        raise ValidationError(attempts.please_wait(wait))
    if authenticate(request, username=name, password=password) is None:
        raise ValidationError(_("The password is not right."))
    throttle.forgive(name, address)
