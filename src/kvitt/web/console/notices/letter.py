"""The words of a message, in the language and the time zone of who reads it.

The law: a message names orders by their numbers and says amounts and reasons; who the
customer is stands in the console only.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kvitt.adapters.database.models import Shop
from kvitt.web.console import text
from kvitt.web.console.context import WORLDS
from kvitt.web.console.models import Notices, Preferences
from kvitt.web.console.notices.news import News, Part
from kvitt.web.console.sentences import say
from kvitt.web.console.shops.reads import row_of

#: Says that no person answers: holiday replies stay away (RFC 3834 §5).
HEADERS = {"Auto-Submitted": "auto-generated"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that a message tells, in lines."""

    title: str
    lines: tuple[str, ...]
    address: str


def of_news(notices: Notices, news: News) -> EmailMessage:
    """Return the message that tells this; to be called in ``as_read_by``."""
    context = {
        "held": [_waits(case) for case in news.held.cases],
        "held_said": _held_in_words(news.held.number),
        "held_more": _more(news.held),
        "ending": [_ends(case) for case in news.ending.cases],
        "ending_said": _ending_in_words(news.ending.number),
        "ending_more": _more(news.ending),
        "shops": [_troubled(shop) for shop in news.shops],
        "attention": _to("attention"),
        "soon": _to("orders") + "?view=expires-soon",
        "choices": _to("notices"),
    }
    return _message(notices, _subject(news), "console/notices/news.txt", context)


def of_trial(notices: Notices) -> EmailMessage:
    """Return the message by which a person sees that messages arrive; as ``of_news``."""
    context = {"choices": _to("notices")}
    return _message(notices, _("Messages arrive here"), "console/notices/trial.txt", context)


def zone_of(user: User) -> ZoneInfo:
    """Return the time zone in which a person reads."""
    return ZoneInfo(_chosen(user).zone or settings.TIME_ZONE)


@contextmanager
def as_read_by(user: User) -> Iterator[None]:
    """Say everything in the language and the time zone of a person."""
    language = _chosen(user).language
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with ExitStack() as until_written:
        until_written.enter_context(timezone.override(zone_of(user)))
        until_written.enter_context(translation.override(known))
        yield


def _chosen(user: User) -> Preferences:
    return Preferences.objects.filter(user=user).first() or Preferences()


def _message(
    notices: Notices, subject: str, template: str, context: dict[str, Any]
) -> EmailMessage:
    world = WORLDS[settings.KVITT.environment.value]
    # Autoescaping is HTML's, and this is none: the template switches it off.
    body = render_to_string(template, {**context, "world": world})
    return EmailMessage(
        subject=f"[kvitt {world.name}] {subject}",
        body=body,
        to=[notices.address],
        headers=HEADERS,
    )


def _subject(news: News) -> str:
    if news.held.number:
        return _held_in_words(news.held.number)
    if news.ending.number:
        return _ending_in_words(news.ending.number)
    names = ", ".join(shop.name for shop in news.shops)
    # A name is a shop's own: no line of a message's head may begin in it.
    return _("Connection broken: %(names)s") % {"names": " ".join(names.split())}


def _held_in_words(number: int) -> str:
    said = ngettext(
        "%(count)s order needs attention",
        "%(count)s orders need attention",
        number,
    )
    return said % {"count": text.number(number)}


def _ending_in_words(number: int) -> str:
    said = ngettext(
        "%(count)s authorization ends soon", "%(count)s authorizations end soon", number
    )
    return said % {"count": text.number(number)}


def _more(part: Part) -> str:
    if not part.more:
        return ""
    said = ngettext("and %(count)s more", "and %(count)s more", part.more)
    return said % {"count": text.number(part.more)}


def _waits(case: Any) -> Entry:
    wanted = say(case.wanted).text if case.wanted else ""
    amount = text.money(case.amount) if case.amount else ""
    next_step = say(case.next_step).text if case.next_step else ""
    lines = (say(case.why).text, next_step, str(case.cost))
    return _entry(case, [wanted, amount], lines)


def _ends(case: Any) -> Entry:
    amount = text.money(case.order.remaining) if case.order.remaining else ""
    return _entry(case, [amount], (str(case.cost),))


def _entry(case: Any, told: list[str], lines: tuple[str, ...]) -> Entry:
    title = " · ".join(each for each in (f"#{case.row.number}", *told) if each)
    return Entry(
        title=f"{title} · {case.order.shop.name}",
        lines=tuple(line for line in lines if line),
        address=_to("order", case.order.pk),
    )


def _troubled(shop: Shop) -> Entry:
    trouble = row_of(shop).trouble
    said = (str(trouble.what), str(trouble.next_step)) if trouble else ()
    return Entry(
        title=shop.name,
        lines=tuple(line for line in said or (say(shop.trouble).text,) if line),
        address=_to("shop", shop.pk),
    )


def _to(page: str, *args: int) -> str:
    return f"{settings.KVITT.address}{reverse(f'console:{page}', args=args)}"
