"""No English is left on any page of the other five languages, wherever its words come from."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from pytest_django import Settings

from browser import tour
from browser.page_texts import texts_of
from browser.sessions import signed_in
from kvitt import settings as configuration
from kvitt import web
from kvitt.settings import Environment

pytestmark = pytest.mark.django_db(transaction=True)

LOCALES = Path(web.__file__).parent / "console" / "locale"
#: Read on every page; the others share the pages, for each has all the same messages.
EVERYWHERE, SHARING = "de", ("sv", "nb", "da", "fi")
_WORD = re.compile(r"[^\W\d_]{3,}")
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
#: What the tour's shops, people, customers and Klarna have written themselves.
WRITTEN_BY_OTHERS = (
    *("Sandbox shop", "Morning round", "Main account", "Pay later", "Damaged"),
    "Captured amount is higher than the remaining authorized amount.",
    # The names of cut order lines are the customer's to read, as Klarna has them.
    *("Part of Kaffekopp", "Part of Postnord"),
)
#: A figure for machines that is written for people.
FIGURE = re.compile(
    r"<(?:rect|svg|progress)\b[^>]*"
    r' (?:x|y|width|height|max|value)="\d+[,\s]\d[^>]*>'
)
#: Names of statuses, of errors and of time zones, as machines write them.
CODES = re.compile(
    r"\b(on-hold|processing|cancelled|completed)\b|\b[A-Z]+_[A-Z_]+\b|\w+/\w\S+"
    # Ids of captures and numbers of invoices may begin like a word: "add81685-…".
    r"|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[A-Z0-9]{8}-\d+\b"
)


def _words(texts: Iterable[str]) -> set[str]:
    return {word.lower() for text in texts for word in _WORD.findall(_PLACE.sub(" ", text))}


def _forms(text: str | Sequence[str] | None) -> Iterator[str]:
    yield from (text,) if isinstance(text, str) else text or ()


def vocabulary(language: str) -> set[str]:
    """Return the words that are English only: in what is translated, and in no translation."""
    with (LOCALES / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    english = _words(form for message in messages for form in _forms(message.id))
    own = _words(form for message in messages for form in _forms(message.string))
    return english - own


def left_over(html: str, english: set[str]) -> Iterator[str]:
    """Yield the texts of a page that hold an English word of ours."""
    for text in texts_of(html):
        ours = CODES.sub(" ", text)
        for written in WRITTEN_BY_OTHERS:
            ours = ours.replace(written, " ")
        if _words([ours]) & english:
            yield text


def miswritten(html: str) -> list[str]:
    """Return the figures for machines that are written as people of a language write them.

    A browser draws nothing of width "66,35".
    """
    return FIGURE.findall(html)


def test_no_english_is_left(
    settings: Settings, settings_of_tests: configuration.Settings
) -> None:
    """Texts, labels, statuses, refusals and what the domain says: all in the reader's words.

    Only what machines read is written as machines do.
    """
    settings.KVITT = settings.KVITT.model_copy(update={"environment": Environment.DEMO})
    found: dict[str, set[str]] = {}

    with tour.full_kvitt(settings_of_tests) as full:
        client = signed_in(full.owner)
        paths = [*full.inside(), "/missing"]
        shares = {language: paths[nth::4] for nth, language in enumerate(SHARING)}
        for language, share in {EVERYWHERE: paths, **shares}.items():
            english = vocabulary(language)
            for path in share:
                answer = client.get(path, headers={"Accept-Language": language})
                html = str(answer.content, "utf-8")
                for text in (*left_over(html, english), *miswritten(html)):
                    found.setdefault(text, set()).add(language)

    assert found == {}


def test_english_would_be_noticed() -> None:
    """A sentence of ours in English is found on a page, and a customer's own is not."""
    page = '<p>Der Shop</p><p lang="en">The shop does not answer.</p><pre>not answered</pre>'

    assert list(left_over(page, vocabulary("de"))) == ["The shop does not answer."]
    assert list(left_over("<p>Pay later <code>not answered</code></p>", {"pay"})) == []
