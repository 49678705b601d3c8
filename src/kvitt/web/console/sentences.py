"""The domain's English sentences, said in the reader's language.

The domain speaks English and the journal keeps what it said. Here a kept text is held
against the templates of ``sentences.txt`` (made from the source by ``scripts/messages``),
whose translations stand in the catalogues; amounts and dates in it are written as the
reader writes them. The law: a text is said whole in one language. Whatever no template
explains stays as it is, marked as English.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path

from django.utils.translation import get_language, pgettext

from kvitt.domain.errors import InvalidAmount
from kvitt.domain.money import Money
from kvitt.web.console import text as written

#: The context under which the templates stand in the catalogues.
CONTEXT = "sentence"
ENGLISH = "en"

_TEMPLATES = Path(__file__).parent / "locale" / "sentences.txt"
_PLACE = re.compile(r"\{(\w+)\}")
_MONEY = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")
_MONEY_WHOLE = _MONEY.pattern.replace("(-?", "(?:-?").replace("([A-Z]", "(?:[A-Z]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
#: What only names something: a number, a code, an id.
_NAME = re.compile(r"[^\Wa-z]+(?:[-:/.#][^\Wa-z]+)*|#?[\w.:/-]*\d[\w.:/-]*")
_END = re.compile(r"(?<=[.?:]) |(?=; )")
#: The words with which texts of several sentences begin are few: none is this long.
_LONGEST = 1500
#: Places that are filled by the shop, by Klarna or by people, in whatever language.
_NAMES = frozenset(
    "about call described items line merchant_reference1 method name number numbers path"
    " reference service title who".split()
)
#: Places of one word: a status of the shop's own is shown in its own letters.
_CODES = frozenset("code country environment environment2 status where items guard".split())
#: How two of a list are joined; as templates they would explain any text.
_OR, _AND = "{one} or {other}", "{one} and {other}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A text as it is shown, and the language it is in."""

    text: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Template:
    text: str
    pattern: re.Pattern[str]


def say(text: str) -> Said:
    """Return a text of the domain in the language in use, or as it is, in English."""
    language = get_language() or ENGLISH
    said = _in(language, text) if text else ""
    if said is None:
        return Said(text=text, language=ENGLISH)
    return Said(text=said, language=language)


@lru_cache(maxsize=4096)
def _in(language: str, text: str) -> str | None:
    # The language is in use already; here it only tells the answers of each apart.
    del language
    return _explained(text) if len(text) <= _LONGEST else None


def _explained(text: str) -> str | None:
    """Return one sentence or several, translated; None when a part is not understood."""
    whole = text.strip()
    said = _alone(whole)
    if said is not None:
        return text.replace(whole, said)
    for end in reversed([found.start() for found in _END.finditer(whole)]):
        first = _alone(whole[:end])
        rest = _explained(whole[end:]) if first is not None else None
        if first is not None and rest is not None:
            return text.replace(whole, f"{first}{rest}")
    return None


def _alone(text: str) -> str | None:
    for template in _candidates(text):
        found = template.pattern.fullmatch(text)
        said = _filled(template.text, found.groupdict()) if found else None
        if said is not None:
            return said
    return None


def _filled(template: str, places: Mapping[str, str]) -> str | None:
    said = pgettext(CONTEXT, template)
    if said == template and (get_language() or ENGLISH) != ENGLISH:
        return None
    values = {name: _value(name, value) for name, value in places.items()}
    if None in values.values():
        return None
    return _PLACE.sub(lambda place: str(values[place[1]]), said)


def _value(name: str, value: str) -> str | None:
    """Return what fills a place: an amount, a date, a name or a sentence of its own."""
    if not value.strip():
        return value
    for reading in (_amount, _day):
        said = reading(value)
        if said is not None:
            return said
    if name == "amount":
        # Else "Capture {amount}" would take all that follows it for its amount, and languages
        # that put the verb last would say it at the end of everything.
        return None
    said = _explained(value) or _listed(name, value)
    if said is not None:
        return said
    is_code = name in _CODES and " " not in value
    # A list of items ends with its sentence; whatever comes after is a sentence of its own.
    is_name = name in _NAMES and not (name == "items" and _END.search(value))
    return value if is_code or is_name or _NAME.fullmatch(value) else None


def _amount(value: str) -> str | None:
    found = _MONEY.fullmatch(value)
    with suppress(InvalidAmount):
        return written.money(Money.parse(found[1], found[2])) if found else None
    return None


def _day(value: str) -> str | None:
    with suppress(ValueError):
        if _DATE.fullmatch(value):
            return written.date(date.fromisoformat(value))
        if _MOMENT.fullmatch(value):
            return written.moment(datetime.fromisoformat(value).replace(tzinfo=UTC))
    return None


def _listed(name: str, value: str) -> str | None:
    """Return a list of statuses or offers, "completed or processing"."""
    ways = [(" or ", pgettext(CONTEXT, _OR)), (", ", "{one}, {other}")]
    if name.startswith("number"):
        ways.append((" and ", pgettext(CONTEXT, _AND)))
    for between, joined in ways:
        first, found, rest = value.partition(between)
        if found:
            one, other = _value(name, first), _value(name, rest)
            known = one is not None and other is not None
            return joined.format(one=one, other=other) if known else None
    return None


def _candidates(text: str) -> Iterator[_Template]:
    """Return the templates that a text can be of, the most telling first."""
    table = _table()
    yield from table.get(text.partition(" ")[0], ())
    yield from table.get("", ())


@cache
def _table() -> Mapping[str, tuple[_Template, ...]]:
    """Return the templates by their first word; those that begin with a place under ""."""
    table: defaultdict[str, list[_Template]] = defaultdict(list)
    lines = set(_TEMPLATES.read_text(encoding="utf-8").splitlines()) - {_OR, _AND}
    for line in sorted(lines, key=lambda line: (-len(_PLACE.sub("", line)), line)):
        first = line.partition(" ")[0]
        table["" if "{" in first else first].append(_template(line))
    return {word: tuple(templates) for word, templates in table.items()}


def _template(line: str) -> _Template:
    pieces = _PLACE.split(line)
    pattern = ""
    for index, piece in enumerate(pieces):
        # Odd pieces are names of places. An amount is taken whole; a place that adds to
        # what stands before it may be empty.
        pattern += f"(?P<{piece}>{_MONEY_WHOLE}|.*?)" if index % 2 else re.escape(piece)
    return _Template(text=line, pattern=re.compile(pattern, re.DOTALL))
