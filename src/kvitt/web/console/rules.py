"""A shop's rules as a form: each with what it means, its default, and who changed it when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import Shop
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.web.console.models import PolicyChange

_STATUS = re.compile(r"[a-z0-9][a-z0-9_-]{0,48}")
_DAY = timedelta(days=1)
_MOST_DAYS = 60
#: How many changes a page shows.
SHOWN = 20


class Statuses(forms.CharField):
    """Statuses of the shop's orders, with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=500, **kwargs)

    def clean(self, value: Any) -> frozenset[str]:
        """Return the statuses. Raises ValidationError."""
        words = str(super().clean(value)).lower().replace(",", " ").split()
        return frozenset(_status(word) for word in words)

    def prepare_value(self, value: Any) -> Any:
        """Return the statuses as they are typed."""
        return ", ".join(sorted(value)) if isinstance(value, frozenset) else value


class OneStatus(forms.CharField):
    """A status of the shop's orders, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=50, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the status. Raises ValidationError."""
        typed = str(super().clean(value)).strip().lower()
        return _status(typed) if typed else ""


class Spans(forms.CharField):
    """Numbers of days, with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=100, **kwargs)

    def clean(self, value: Any) -> tuple[timedelta, ...]:
        """Return the spans, the longest first. Raises ValidationError."""
        words = str(super().clean(value)).replace(",", " ").split()
        if not all(word.isdecimal() and 0 < int(word) <= _MOST_DAYS for word in words):
            raise ValidationError(
                _(
                    "Write whole days from 1 to %(most)d with commas between them, as in 7, 3, "
                    "1."
                ),
                params={"most": _MOST_DAYS},
            )
        return tuple(sorted({int(word) * _DAY for word in words}, reverse=True))

    def prepare_value(self, value: Any) -> Any:
        """Return the days as they are typed."""
        if isinstance(value, tuple):
            return ", ".join(str(span // _DAY) for span in value)
        return value


class RulesForm(forms.Form):
    """``domain/policy.py`` as questions; the names of the fields are the policy's."""

    observe_only = forms.BooleanField(
        label=_("Only watch"),
        required=False,
        help_text=_(
            "kvitt says what it would do and sends nothing. For a shop whose own "
            "Klarna plugin still acts."
        ),
    )
    capture_statuses = Statuses(
        label=_("Capture when an order becomes"),
        help_text=_("WooCommerce's names of statuses, such as completed, with commas between."),
    )
    cancel_statuses = Statuses(
        label=_("Cancel when an order becomes"),
        help_text=_("What is captured is never cancelled: then a person is asked."),
    )
    update_statuses = Statuses(
        label=_("Send changed lines while an order is"),
        help_text=_("Nothing is sent once something is captured."),
    )
    manual_refunds = forms.ChoiceField(
        label=_("A refund booked in the shop without Klarna"),
        choices=[
            (ManualRefunds.SEND.value, _("is sent to Klarna")),
            (ManualRefunds.ASK.value, _("waits until a person allows it")),
            (ManualRefunds.IGNORE.value, _("is the shop's own affair: nothing is sent")),
        ],
    )
    release_rest = forms.BooleanField(
        label=_("Release what is left when all that is due is captured"),
        required=False,
        help_text=_("The customer's credit is free again sooner."),
    )
    write_back = forms.BooleanField(
        label=_("Write what was done at Klarna into the shop"),
        required=False,
        help_text=_("Captures, refunds and cancellations made in Klarna's portal."),
    )
    failed_capture_status = OneStatus(
        label=_("An order whose money cannot be taken becomes"),
        help_text=_("So that nothing ships unpaid. Empty leaves its status alone."),
    )
    cancelled_at_klarna_status = OneStatus(
        label=_("An order cancelled at Klarna becomes"),
        help_text=_("Empty leaves its status alone."),
    )
    captured_at_klarna_status = OneStatus(
        label=_("An order captured in full at Klarna becomes"),
        help_text=_("Empty leaves its status alone."),
    )
    send_address = forms.BooleanField(
        label=_("Send a changed delivery address"),
        required=False,
        help_text=_("Klarna then checks the customer's credit again."),
    )
    extend_automatically = forms.BooleanField(
        label=_("Ask Klarna for more time before an authorization ends"),
        required=False,
        help_text=_("Where Klarna allows it."),
    )
    warn_before = Spans(
        label=_("Warn before an authorization ends, in days"),
        help_text=_("Each of them once, as in 7, 3, 1. Empty warns of none."),
    )

    @classmethod
    def of(cls, policy: Policy) -> "RulesForm":
        """Return the form filled with a shop's rules."""
        return cls(initial={name: getattr(policy, name) for name in cls.base_fields})

    def clean(self) -> dict[str, Any]:
        """Refuse what contradicts itself."""
        given = super().clean() or self.cleaned_data
        both = given.get("capture_statuses", frozenset()) & given.get(
            "cancel_statuses", frozenset()
        )
        if both:
            names = ", ".join(sorted(both))
            said = _t("%(names)s cannot both capture and cancel.") % {"names": names}
            self.add_error("cancel_statuses", said)
        return given

    def policy(self, before: Policy) -> Policy:
        """Return the rules as given; what the form does not ask stays as it was."""
        given = {name: self.cleaned_data[name] for name in self.base_fields}
        given["manual_refunds"] = ManualRefunds(given["manual_refunds"])
        return replace(before, **given)


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """One change of one rule, in words."""

    name: Any
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What somebody changed at one time."""

    at: datetime
    actor: str
    rules: tuple[Changed, ...]


def policy_of(shop: Shop) -> Policy:
    """Return the rules of a shop."""
    return shapes.unpack(Policy, shop.policy)


def default_of(name: str) -> str:
    """Return the default of a rule in words."""
    return _in_words(_packed(Policy())[name])


def save(shop: int, policy: Policy, *, actor: str, now: datetime) -> bool:
    """Give a shop new rules and write down who changed what; say whether anything changed."""
    with transaction.atomic():
        row = Shop.objects.select_for_update().get(pk=shop)
        before, after = _packed(policy_of(row)), _packed(policy)
        changes = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        if not changes:
            return False
        row.policy = shapes.pack(Policy, policy)
        row.save(update_fields=("policy",))
        PolicyChange.objects.create(shop=row, at=now, actor=actor, changes=changes)
    return True


def history(shop: Shop) -> tuple[Change, ...]:
    """Return the latest changes of a shop's rules, newest first."""
    return tuple(
        Change(
            at=row.at,
            actor=row.actor,
            rules=tuple(
                Changed(name=_name(name), before=_in_words(old), after=_in_words(new))
                for name, (old, new) in row.changes.items()
            ),
        )
        for row in PolicyChange.objects.filter(shop=shop)[:SHOWN]
    )


def _packed(policy: Policy) -> Mapping[str, Any]:
    packed: dict[str, Any] = shapes.pack(Policy, policy)
    return {field.name: packed.get(field.name) for field in fields(Policy)}


def _name(rule: str) -> Any:
    field = RulesForm.base_fields.get(rule)
    return rule if field is None else field.label


def _in_words(value: Any) -> str:
    match value:
        case True:
            return _t("on")
        case False:
            return _t("off")
        case list():
            return ", ".join(_in_words(each) for each in value) or _t("nothing")
        case int():
            return str(timedelta(microseconds=value) // _DAY)
        case _:
            return _CHOICES.get(str(value), str(value)) or _t("nothing")


_CHOICES: Mapping[str, Any] = dict(
    # django-stubs know a form's fields by their base class only.
    RulesForm.base_fields["manual_refunds"].choices  # type: ignore[attr-defined]
)


def _status(word: str) -> str:
    word = word.removeprefix("wc-")
    if not _STATUS.fullmatch(word):
        raise ValidationError(
            _("“%(word)s” is not a status: use letters, digits and hyphens."),
            params={"word": word},
        )
    return word
