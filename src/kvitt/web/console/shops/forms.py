"""What is typed to connect a shop or a Klarna account.

The law: a secret that was typed is never shown again, not even in the form that comes
back with an error.
"""

import re
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kvitt.domain.newcomer import GivenAccount, StoreKey

_SECRET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_CODES = re.compile(r"[\s,;]+")


def _secret(**attributes: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={**_SECRET, **attributes}, render_value=False)


class Plain(forms.Form):
    """A form whose labels have no colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class AddressForm(Plain):
    """Where the shop is."""

    address = forms.CharField(
        label=_("The shop's address"),
        max_length=500,
        error_messages={"required": _("Type the shop's address.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "url",
                "autocapitalize": "none",
                "inputmode": "url",
                "placeholder": "https://shop.example",
                "spellcheck": "false",
            }
        ),
    )


class KeyForm(Plain):
    """A REST key that was made by hand."""

    consumer_key = forms.CharField(
        label=_("Consumer key"),
        max_length=200,
        error_messages={"required": _("Type the consumer key (ck_…).")},
        widget=forms.TextInput(attrs=_SECRET),
    )
    consumer_secret = forms.CharField(
        label=_("Consumer secret"),
        max_length=200,
        error_messages={"required": _("Type the consumer secret (cs_…).")},
        widget=_secret(),
    )

    def key(self) -> StoreKey:
        """Return the key that was typed."""
        return StoreKey(
            consumer_key=self.cleaned_data["consumer_key"].strip(),
            consumer_secret=self.cleaned_data["consumer_secret"].strip(),
        )


class CredentialsForm(Plain):
    """What opens a Klarna account: a key alone, or with a user name."""

    username = forms.CharField(
        label=_("User name"),
        max_length=200,
        required=False,
        help_text=_("Leave it empty if you have an API key alone."),
        widget=forms.TextInput(attrs=_SECRET),
    )
    password = forms.CharField(
        label=_("API key or password"),
        max_length=500,
        strip=True,
        error_messages={"required": _("Type the API key or the password.")},
        help_text=_("In Klarna's portal: Settings → Klarna API keys."),
        widget=_secret(),
    )

    def account(self) -> GivenAccount:
        """Return what was typed."""
        data = self.cleaned_data
        return GivenAccount(username=data["username"].strip(), password=data["password"])


class NewKeyForm(CredentialsForm):
    """New credentials of an account that is connected."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _(
            "Leave it empty for an API key alone, or where only the password is new."
        )


class ServesForm(Plain):
    """For which of the shop's orders a Klarna account is."""

    countries = forms.CharField(
        label=_("Only for these countries"),
        max_length=200,
        required=False,
        help_text=_("Like SE, NO. Empty is every country."),
    )
    currencies = forms.CharField(
        label=_("Only for these currencies"),
        max_length=200,
        required=False,
        help_text=_("Like SEK, EUR. Empty is every currency."),
    )

    def clean_countries(self) -> tuple[str, ...]:
        """Read country codes with commas or spaces between."""
        return _codes(self.cleaned_data["countries"], letters=2)

    def clean_currencies(self) -> tuple[str, ...]:
        """Read currency codes with commas or spaces between."""
        return _codes(self.cleaned_data["currencies"], letters=3)


class AccountForm(CredentialsForm, ServesForm):
    """A whole Klarna account."""

    provider = forms.ChoiceField(
        label=_("Account with"),
        choices=[("klarna", "Klarna"), ("kustom", "Kustom")],
        initial="klarna",
    )
    environment = forms.ChoiceField(
        label=_("Environment"),
        required=False,
        choices=[
            ("", _("Recognise it")),
            ("playground", _("Playground")),
            ("live", _("Live")),
        ],
    )
    live_confirmed = forms.BooleanField(
        label=_("This account moves real money"),
        required=False,
        help_text=_("Needed for live credentials only."),
    )

    def __init__(self, *args: Any, live_allowed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not live_allowed:
            # Nothing to choose where live credentials are not taken at all.
            del self.fields["live_confirmed"]
            environment = self.fields["environment"]
            environment.widget.choices = environment.widget.choices[:-1]

    def account(self) -> GivenAccount:
        """Return what was typed."""
        data = self.cleaned_data
        return replace(
            super().account(),
            environment=data["environment"],
            kustom=data["provider"] == "kustom",
            live_confirmed=data.get("live_confirmed", False),
            countries=data["countries"],
            currencies=data["currencies"],
        )


def _codes(text: str, *, letters: int) -> tuple[str, ...]:
    codes = tuple(code.upper() for code in _CODES.split(text.strip()) if code)
    for code in codes:
        if len(code) != letters or not (code.isascii() and code.isalpha()):
            raise ValidationError(
                _("%(code)s is not a code of %(letters)d letters."),
                params={"code": code[:20], "letters": letters},
            )
    return codes
