"""What one person has chosen: language, time zone, brightness, single keys."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from kvitt.web.console.models import Preferences, Theme

_KEY = "kvitt_preferences"


def of(request: HttpRequest) -> Preferences:
    """Return what the reader has chosen, asked of the database once per request."""
    known: Preferences | None = request.__dict__.get(_KEY)
    if known is None:
        known = _read(request)
        request.__dict__[_KEY] = known
    return known


class PreferencesMiddleware:
    """Make the page in the language and the time zone that the reader has chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the reader likes it; without a choice, as the browser says."""
        chosen = of(request)
        with ExitStack() as until_answered:
            if chosen.zone:
                until_answered.enter_context(timezone.override(ZoneInfo(chosen.zone)))
            if chosen.language in dict(settings.LANGUAGES):
                # Until the next request, like LocaleMiddleware: it writes the header.
                translation.activate(chosen.language)
                request.__dict__["LANGUAGE_CODE"] = chosen.language
            return self.get_response(request)


class SettingsForm(forms.Form):
    """Everything that one person may choose for themselves."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        required=False,
        help_text=_("Shown to your colleagues beside your sign-in name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Times and days on every page are those of this zone."),
    )
    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=[
            (Theme.SYSTEM.value, _("Same as the system")),
            (Theme.LIGHT.value, _("Light")),
            (Theme.DARK.value, _("Dark")),
        ],
    )
    shortcuts = forms.BooleanField(
        label=_("Single keys are shortcuts"),
        required=False,
        help_text=_("Switch it off if you type by voice, or press keys by accident."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        browser = ("", _("Same as the browser"))
        # django-stubs know a form's fields by their base class only.
        self.fields["language"].choices = [browser, *settings.LANGUAGES]  # type: ignore[attr-defined]
        # As above.
        self.fields["zone"].choices = [browser, *_zones()]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, user: User, chosen: Preferences) -> "SettingsForm":
        """Return the form filled with what is chosen now."""
        return cls(
            initial={
                "name": user.first_name,
                "language": chosen.language,
                "zone": chosen.zone,
                "theme": chosen.theme,
                "shortcuts": chosen.shortcuts,
            }
        )

    def save(self, user: User) -> None:
        """Keep what is chosen; the form has to be valid."""
        given = self.cleaned_data
        User.objects.filter(pk=user.pk).update(first_name=given["name"])
        chosen = {name: given[name] for name in ("language", "zone", "theme", "shortcuts")}
        Preferences.objects.update_or_create(user=user, defaults=chosen)


@cache
def _zones() -> tuple[tuple[str, str], ...]:
    """Return every time zone there is: a walk through hundreds of files, so once."""
    return tuple((name, name) for name in sorted(available_timezones()))


def _read(request: HttpRequest) -> Preferences:
    # A request that is refused early, for its host say, has no user, and its page a frame.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Preferences()
    return Preferences.objects.filter(user=user.pk).first() or Preferences()
