"""How templates write amounts, moments and statuses."""

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kvitt.domain.money import Money
from kvitt.web.console import addresses, fixed, sentences, text
from kvitt.web.console.words import Badge

register = template.Library()
register.tag("translate", fixed.translate)

NOTHING = "–"


@register.filter
def money(amount: Money | None) -> str:
    """Write an amount; what is not known is a dash."""
    return NOTHING if amount is None else text.money(amount)


@register.simple_tag
def minor(amount: int, currency: str) -> str:
    """Write an amount that is given in minor units."""
    return text.money(Money(amount, currency))


@register.filter
def money_or_dash(amount: Money | None) -> str:
    """Write an amount; nothing is a dash, so that a column shows where there is something."""
    return text.money(amount) if amount else NOTHING


@register.filter
def money_minus(amount: Money | None) -> str:
    """Write an amount that goes back, with its minus sign."""
    return NOTHING if amount is None else text.money(-amount)


@register.filter
def count(number: int) -> str:
    """Write a number of things as the reader's language does."""
    return text.number(number)


@register.filter
def per_mille(share: int | None) -> str:
    """Write a share, given in thousandths, as per cent."""
    return NOTHING if share is None else text.percent(share)


@register.filter
def date_of(when: date) -> str:
    """Write a day of the calendar."""
    return text.date(when)


@register.filter
def day(when: datetime | None) -> str:
    """Write a date."""
    return NOTHING if when is None else text.day(when)


@register.simple_tag
def moment(when: datetime | None) -> str:
    """Write a time in the reader's zone, with the exact UTC one to hover and to machines."""
    if when is None:
        return NOTHING
    return _time(when, text.moment_short(when, now=timezone.now()))


@register.simple_tag
def full_moment(when: datetime | None) -> str:
    """Write a time with its date and seconds."""
    return NOTHING if when is None else _time(when, text.moment(when))


@register.simple_tag
def age(when: datetime | None) -> str:
    """Write how long ago something was: "12 seconds"."""
    return NOTHING if when is None else _time(when, text.age(when, now=timezone.now()))


@register.simple_tag
def may_in(shop: int, shops: Collection[int] | None) -> bool:
    """Say whether a shop is one of those in which the reader may do it; None is every shop."""
    return shops is None or shop in shops


@register.simple_tag
def say(sentence: str) -> str:
    """Write what the domain says in the reader's language; what stays English says so."""
    said = sentences.say(sentence)
    if said.language == (get_language() or sentences.ENGLISH):
        return said.text
    return format_html('<span lang="{}">{}</span>', said.language, said.text)


@register.simple_tag
def badge(value: Badge | None) -> str:
    """Write a status: words in a border."""
    return "" if value is None else _badge(value.tone, str(value.text))


#: As many as there are statuses in all languages; shops have some of their own.
@lru_cache(maxsize=1024)
def _badge(tone: str, said: str) -> SafeString:
    return format_html('<span class="badge {}">{}</span>', tone, said)


@register.simple_tag
def order_url(name: str, order: int) -> str:
    """Return a page of an order, or what one of its buttons asks: ``url`` for long lists."""
    return addresses.of_order(f"console:{name}", order)


def _time(when: datetime, shown: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', when.isoformat(), text.utc(when), shown
    )
