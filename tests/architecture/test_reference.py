"""The reference pages are what the code gives, and the code says something of each thing."""

import json
import re
from typing import Any

import pytest

import kvitt
from kvitt import cli
from reference_pages import problems, settings
from reference_pages.pages import COMMAND, FOLDER, every_page

PAGES = ("openapi.json", "api.md", "cli.md", "library.md", "settings.md")


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Each page as the code gives it now."""
    return every_page()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_gives(made: dict[str, str], name: str) -> None:
    """The committed page is the one that commands, operations, names and settings make."""
    committed = (FOLDER / name).read_text(encoding="utf-8")

    assert committed == made[name], f"{name} differs from the code. Renew it: {COMMAND}"


def test_the_command_that_renews_the_pages_is_there(made: dict[str, str]) -> None:
    """The failure above names a command that exists, and no page is without a test."""
    command = FOLDER.parents[1] / COMMAND

    assert "-m reference_pages" in command.read_text(encoding="utf-8")
    assert set(made) == set(PAGES)


def test_every_command_is_on_its_page(made: dict[str, str]) -> None:
    """No command is left out, and each but a name of several has an example."""
    cli.load_all()
    names = [f"kvitt {name}" for name in cli.app if not name.startswith("-")]
    chapters = re.split(r"^##+ ", made["cli.md"], flags=re.MULTILINE)
    told = {chapter.splitlines()[0]: chapter for chapter in chapters}

    assert [name for name in names if name not in told] == []
    assert [
        name
        for name, chapter in told.items()
        if re.match("kvitt [a-z]", name) and "```console" in chapter and "```sh" not in chapter
    ] == []


def test_every_public_name_says_what_it_is(made: dict[str, str]) -> None:
    """Each name of the library stands on its page with a sentence of its own."""
    page = made["library.md"]
    entries = re.findall(r"^### `(\w+)[^`]*`\n\n(.*)$", page, flags=re.MULTILINE)
    public = {name for name in kvitt.__all__ if not name.startswith("_")}

    assert {name for name, _ in entries} == public
    assert [name for name, says in entries if len(says.split()) < 3] == []


def test_every_setting_says_what_it_means() -> None:
    """No row of the settings' table is empty."""
    assert [name for name, says in settings.meanings().items() if not says] == []


def test_the_document_is_openapi_3_1_and_is_served(made: dict[str, str], client: Any) -> None:
    """What is committed is what a running kvitt answers, without a key."""
    served = client.get("/api/v1/openapi.json")

    assert served.json() == json.loads(made["openapi.json"])
    assert served.json()["openapi"].startswith("3.1")


def test_every_type_of_problem_is_on_its_page() -> None:
    """A program can look up each ``type`` that it may be answered with."""
    assert problems.unlisted() == set()
    assert len(problems.rows()) > 40
