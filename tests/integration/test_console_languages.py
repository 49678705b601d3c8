"""The console's languages: every text has its words, and the compiled file holds them."""

import io
import re
from collections.abc import Iterator, Sequence
from gettext import GNUTranslations
from pathlib import Path
from typing import TypeAlias

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.test import Client
from django.utils import timezone
from django.utils.translation.template import templatize

from browser import console_orders
from kvitt import web
from kvitt.web.accounts.roles import Role
from kvitt.web.console import sentences

WEB = Path(web.__file__).parent
LOCALES = WEB / "console" / "locale"
LANGUAGES = sorted(path.name for path in LOCALES.iterdir() if path.is_dir())

#: How the source asks for words: where the context, the text and its plural stand.
ASKED = {
    "_": None,
    "_t": None,
    "_n": (1, 2),
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
Asked: TypeAlias = tuple[str | None, str | tuple[str, ...]]


def texts() -> Iterator[Asked]:
    """Yield every text the pages ask words for, with its context."""
    for path in (*WEB.glob("console/**/*"), *WEB.glob("accounts/**/*")):
        is_template = path.suffix in {".html", ".txt"} and "templates" in path.parts
        if path.suffix != ".py" and not is_template:
            continue
        source = path.read_text(encoding="utf-8")
        if is_template:
            # Read as Python, in which the indents of HTML would be blocks.
            lines = templatize(source).splitlines()
            source = "\n".join(line.strip() for line in lines)
        found = extract("python", io.BytesIO(source.encode()), keywords=ASKED)
        for _line, text, _comments, context in found:
            yield context, text


def catalog(language: str) -> Catalog:
    with (_folder(language) / "django.po").open("rb") as file:
        return read_po(file)


def _folder(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_words(language: str) -> None:
    """No text of a page is left in English, and no words are kept for a text that is gone."""
    asked = {(context, _each(text)[0]) for context, text in texts()}
    words = {
        (each.context, _each(each.id)[0])
        for each in catalog(language)
        if each.id and all(_each(each.string)) and not each.fuzzy
        # What the domain says is no text of a page: test_console_sentences.py.
        if each.context != sentences.CONTEXT
    }

    assert words == asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_words_are_those_of_the_catalogue(language: str) -> None:
    """What the pages read was made from the file that people edit."""
    with (_folder(language) / "django.mo").open("rb") as file:
        compiled = GNUTranslations(file)

    for each in catalog(language):
        if each.id:
            assert _compiled(compiled, each) == _each(each.string)


def _compiled(compiled: GNUTranslations, asked: Message) -> tuple[str, ...]:
    if not isinstance(asked.id, str):
        one, many = _each(asked.id)
        return compiled.ngettext(one, many, 1), compiled.ngettext(one, many, 2)
    if asked.context:
        return (compiled.pgettext(asked.context, asked.id),)
    return (compiled.gettext(asked.id),)


def _each(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the singular and the plural, or the one text there is."""
    return (text,) if isinstance(text, str) else tuple(text or ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_keep_the_places_for_figures(language: str) -> None:
    """Every name, amount and date of a text has its place in the words."""
    for each in catalog(language):
        if each.id:
            asked = {_places(one) for one in _each(each.id)}
            assert {_places(one) for one in _each(each.string)} <= asked


def _places(text: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"%\(\w+\)[sd]", text)))


@pytest.mark.django_db
def test_a_swedish_reader_is_answered_in_swedish(client: Client) -> None:
    """The pages follow the language that the browser asks for."""
    client.force_login(console_orders.person(Role.OPERATOR))
    order = console_orders.held(console_orders.open_stall(timezone.now()))

    for path, words in {
        "/orders": "Kräver åtgärd",
        f"/orders/{order.pk}": "Klarnas svar:",
        "/attention": "kan inte längre debiteras efter",
        "/activity": "Nekat av Klarna",
        "/overview": "Vad Klarna nekade, efter orsak",
        "/inbox": "Ingen webhook har kommit än.",
        "/settings": "Utseende",
        "/help/keys": "Gå till sökfältet",
        "/missing": "Det finns ingen sådan sida eller order.",
    }.items():
        answer = client.get(path, headers={"Accept-Language": "sv-SE,sv;q=0.9"})
        assert words in str(answer.content, "utf-8")
