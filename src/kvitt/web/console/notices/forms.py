"""What one person may choose of being written to."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.web.console.models import Notices, Pace
from kvitt.web.console.notices import round as rounds

_KINDS = ("held", "ending", "shops")


class NoticesForm(forms.Form):
    """How often, where to, and of what."""

    pace = forms.ChoiceField(
        label=_("Write to me"),
        choices=[
            (Pace.NEVER.value, _("Never")),
            (Pace.SOON.value, _("As soon as there is something, at most every 10 minutes")),
            (Pace.HOURLY.value, _("Every hour, if there is something")),
            (Pace.DAILY.value, _("Each morning at 7, if there is something")),
        ],
    )
    address = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    held = forms.BooleanField(
        label=_("Orders that need attention"),
        required=False,
        help_text=_("Not those that a colleague looks after, or that are put aside."),
    )
    ending = forms.BooleanField(
        label=_("Authorizations that end within three days"), required=False
    )
    shops = forms.BooleanField(label=_("Shops whose connection is broken"), required=False)

    @classmethod
    def of(cls, user: User) -> "NoticesForm":
        """Return the form filled with what is chosen now."""
        chosen = Notices.objects.filter(user=user).first()
        first = Notices(address=user.email, pace=Pace.NEVER.value)
        names = ("pace", "address", *_KINDS)
        return cls(initial={name: getattr(chosen or first, name) for name in names})

    def clean(self) -> dict[str, Any]:
        """Refuse messages to nowhere or about nothing."""
        given = super().clean() or self.cleaned_data
        if given.get("pace") == Pace.NEVER:
            return given
        if not given.get("address") and "address" not in self.errors:
            self.add_error("address", _t("Say where to write to."))
        if not any(given.get(name) for name in _KINDS):
            self.add_error("held", _t("Choose at least one thing to be told of."))
        return given

    def save(self, user: User, *, now: datetime) -> Notices:
        """Keep what is chosen: what begins from now on is told. The form has to be valid."""
        given = self.cleaned_data
        before = Notices.objects.filter(user=user).first()
        if before is None or before.pace == Pace.NEVER:
            given = {**given, "told_until": now}
        row, _made = Notices.objects.update_or_create(
            user=user, defaults={**given, "failing_since": None, "failure": ""}
        )
        row.due_at = now if row.pace == Pace.SOON else rounds.next_due(row, now=now)
        row.save(update_fields=("due_at",))
        return row
