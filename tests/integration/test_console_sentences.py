"""What the domain says, in the reader's language."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from kvitt.web.console import sentences
from told import telling

TRANSLATED = [code for code, _name in settings.LANGUAGES if code != "en"]
ROOT = Path(__file__).parents[2]
NBSP = "\N{NO-BREAK SPACE}"


def told() -> Iterator[str]:
    """Return every sentence of the decision table and of the choices beside it."""
    for line in Path(telling.PATH).read_text(encoding="utf-8").splitlines():
        if line.startswith(("{", "- {")):
            yield from _texts(json.loads(line.removeprefix("- ")))
        elif refused := re.match(r"no \w+: (.+)", line):
            yield refused[1]
    for line in Path(telling.CHOICES_PATH).read_text(encoding="utf-8").splitlines():
        if refused := re.match(r"[a-z_]+: (.+)", line):
            yield refused[1]


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        for name, value in found.items():
            if name in {"reason", "wanted", "why", "next_step", "title"} and value:
                yield value
            elif name in {"hold", "would", "steps"}:
                yield from _texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from _texts(value)


def test_every_catalogue_is_complete() -> None:
    """Nothing the source says is missing in a language, and no file is older than it."""
    command = [sys.executable, str(ROOT / "scripts" / "messages"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", TRANSLATED)
def test_everything_that_is_decided_is_said_in_the_readers_language(language: str) -> None:
    """No sentence of the decision table is left in English in any other language."""
    texts = sorted(set(told()))
    assert len(texts) > 100
    with translation.override(language):
        said = {text: sentences.say(text) for text in texts}
    left = [text for text, shown in said.items() if shown.language != language]
    assert not left, "\n".join(left[:20])
    assert all(shown.text != text for text, shown in said.items())


def test_amounts_and_dates_are_the_readers() -> None:
    """An amount has the decimal sign and a date the words of the language in use."""
    text = (
        "Klarna's authorization of 1248.98 SEK ends on 2026-12-20, in less than 7 days. "
        "Refund 100.00 EUR to the customer, here or in Klarna's portal."
    )
    with translation.override("sv"):
        said = sentences.say(text).text
    assert f"1{NBSP}248,98{NBSP}kr" in said
    assert "20 dec. 2026" in said
    assert f"100,00{NBSP}€" in said


def test_english_has_its_own_amounts() -> None:
    """An English reader meets the amount as every other amount of the page is written."""
    with translation.override("en"):
        said = sentences.say("Cancel 248.98 SEK")
    assert said == sentences.Said(text=f"Cancel SEK{NBSP}248.98", language="en")


def test_a_text_that_nothing_explains_is_never_half_translated() -> None:
    """A sentence with a part that no template knows stays English, and says so."""
    text = "The shop's order is cancelled. Something that nobody wrote down here."
    with translation.override("sv"):
        assert sentences.say(text) == sentences.Said(text=text, language="en")
        shown = Template("{% load console %}{% say text %}").render(Context({"text": text}))
    assert shown.startswith('<span lang="en">The shop')


def test_a_translated_sentence_needs_no_mark_and_is_escaped() -> None:
    """What a shop named itself cannot write HTML into a translated sentence."""
    text = "This order was paid with <b>Swish</b>, not with Klarna: there is nothing to do."
    with translation.override("sv"):
        shown = Template("{% load console %}{% say text %}").render(Context({"text": text}))
    assert "lang=" not in shown
    assert "&lt;b&gt;Swish&lt;/b&gt;" in shown


def test_a_status_of_the_shops_own_is_kept_in_its_letters() -> None:
    """A status that WooCommerce does not know is a name, and is not translated."""
    with translation.override("sv"):
        said = sentences.say("It is captured when the order is completed or picked-up.").text
    assert said == "Den debiteras när ordern är slutförd eller picked-up."


def test_an_untranslatable_length_is_left_alone() -> None:
    """A text longer than anything the domain says is not even looked at."""
    text = "The shop's order is cancelled. " * 100
    with translation.override("sv"):
        assert sentences.say(text).language == "en"


def test_a_verb_at_the_end_ends_its_own_sentence() -> None:
    """German says "… einziehen: nicht erledigt. …", and nothing of it after the last word."""
    text = (
        "Capture 1176.00 SEK: not done. Klarna's order is cancelled, so no money can be taken "
        "for it."
    )
    with translation.override("de"):
        said = sentences.say(text).text.replace("\xa0", " ")
    assert said == (
        "1.176,00 SEK einziehen: nicht erledigt. Klarnas Bestellung ist storniert, daher lässt "
        "sich für sie kein Geld einziehen."
    )
