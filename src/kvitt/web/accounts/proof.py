"""The question "is it still you?", answered with the password.

The law: an answer is throttled per account and per address like a sign-in, and is never
sent back.
"""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kvitt.web.accounts import attempts, throttle

#: Names of the fields that the question adds to what was sent.
FIELDS = frozenset({"proof_password"})


class ProofForm(forms.Form):
    """Checks that the person at the screen is who signed in."""

    proof_password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "autofocus": True}
        ),
    )

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user = user
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean(self) -> dict[str, Any]:
        """Compare with the account, unless this account or address has to wait."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        name, address = self.user.get_username(), attempts.address_of(self.request)
        if wait := throttle.admit(name, address, now=timezone.now()):
            raise ValidationError(attempts.please_wait(wait))
        given = cleaned["proof_password"]
        if authenticate(self.request, username=name, password=given) is None:
            raise ValidationError(_("The password is not right."))
        throttle.forgive(name, address)
        return cleaned
