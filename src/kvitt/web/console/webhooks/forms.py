"""What is typed to have a program told of events."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Subscriber
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.events import Event
from kvitt.web import telling
from kvitt.web.accounts import roles
from kvitt.web.accounts.rights import Right
from kvitt.web.console import sentences
from kvitt.web.console.webhooks.words import EVENTS


class WebhookForm(forms.Form):
    """Who is to be told of what."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Begins with https://, on the usual port, and is reached from here."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}
        ),
    )
    events = forms.MultipleChoiceField(
        label=_("What it is told"),
        choices=list(EVENTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    shop = forms.ChoiceField(label=_("Where"), required=False)

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        own = roles.shops_of(request.user, Right.CONFIGURE)
        shops = [(str(shop.pk), shop.name) for shop in reads.visible_shops(own)]
        everywhere = [("", _("Every shop there is and will be"))] if own is None else []
        # django-stubs know a form's fields by their base class only.
        self.fields["shop"].choices = [*everywhere, *shops]  # type: ignore[attr-defined]
        self.fields["shop"].required = own is not None

    def clean_url(self) -> str:
        """Refuse an address to which nothing may be posted, as the API does."""
        url = str(self.cleaned_data["url"])
        try:
            telling.check_url(url)
        except ConfigurationError as refused:
            said = sentences.say(str(refused)).text
            raise ValidationError(f"{said[:1].upper()}{said[1:]}.") from None
        return url

    def clean(self) -> dict[str, Any]:
        """Refuse what is there already: a page that is sent twice makes one webhook."""
        given = self.cleaned_data
        known = Subscriber.objects.filter(url=given.get("url", ""), shop=self.chosen_shop)
        if "shop" in given and known.exists():
            raise ValidationError(_t("This address is told of this shop's events already."))
        return given

    @property
    def chosen_shop(self) -> int | None:
        """Return whose events were chosen, by row id; None is every shop's."""
        chosen = self.cleaned_data.get("shop")
        return int(chosen) if chosen else None

    @property
    def chosen_events(self) -> frozenset[Event]:
        """Return what was ticked."""
        return frozenset(Event(value) for value in self.cleaned_data["events"])
