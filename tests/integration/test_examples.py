"""Every example of the documentation does what its page says.

Commands and calls run against a shop with orders; Python runs as it stands. What cannot run
in a test is listed with the reason and with the test that runs it instead, and its words are
checked all the same.
"""

import inspect
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application

from contract.hosting import new_server, running
from examples import curling, given
from examples.found import FENCED, ROOT, Example, examples, pages
from integration.typed import Said, Type, type_in
from integration.worlds import World
from kvitt import Kvitt, cli
from kvitt.web import desk

__all__ = ["type_in"]

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

#: How a command begins → why it does not run here, and where it does.
NOT_HERE = {
    "make demo": ("it serves until it is stopped", "tests/acceptance/test_walkthroughs.py"),
    "make test": ("it is this", ".ci/run"),
    "kvitt demo": ("it serves until it is stopped", "tests/acceptance/test_wheel.py"),
    "kvitt serve": ("it serves", "tests/acceptance/test_an_installation.py"),
    "kvitt work": ("it needs a broker", "tests/acceptance/test_engines.py"),
    "kvitt sandbox klarna": ("it serves", "tests/acceptance/test_an_installation.py"),
    "kvitt sandbox shop": ("it serves", "tests/acceptance/test_an_installation.py"),
    "kvitt sandbox play": ("it asks a running demo", "tests/acceptance/test_a_story.py"),
    "kvitt connect": ("a shop has to answer", "tests/acceptance/test_connect_a_shop.py"),
    "kvitt shop add": ("a shop has to answer", "tests/acceptance/test_an_installation.py"),
    "kvitt shop take-over": (
        "the plugin has to be on",
        "tests/integration/test_handing_over.py",
    ),
    "kvitt shop hand-back": ("taken over before", "tests/integration/test_handing_over.py"),
    "kvitt shop new-secret": (
        "a shop has to answer",
        "tests/integration/test_webhook_keeping.py",
    ),
    "kvitt shop account": ("Klarna has to know the key", "tests/integration/test_commands.py"),
    "kvitt import": ("a shop with a past", "tests/acceptance/test_connect_a_shop.py"),
    "kvitt doctor": ("a shop by https", "tests/acceptance/test_connect_a_shop.py"),
    "kvitt backup": ("its folder", "tests/acceptance/test_backup_and_restore.py"),
    "kvitt restore": ("it stops everything", "tests/acceptance/test_backup_and_restore.py"),
    "kvitt keys": ("it would replace this run's key", "tests/integration/test_keys.py"),
    "kvitt check --deploy": ("a demo never passes", "tests/security"),
    "export KVITT_TEST_SHOP_URL": ("a shop of one's own", "tests/acceptance/real_shop.py"),
    "cd tests": ("a shop of one's own", "tests/acceptance/test_real_shop.py"),
    "PYTHONPATH=tests .venv/bin/python bench/": ("it measures", "bench"),
    "export KVITT_DATABASE_URL": ("a server of others", "tests/services"),
}
#: A word for each question that a command may ask: yes, or a pass phrase.
ANSWERS = "a long enough pass phrase\n" * 2


def beginning(example: Example) -> str:
    """Return under which beginning an example is listed; empty where it runs here."""
    return next((words for words in NOT_HERE if example.text.startswith(words)), "")


def unique(language: str) -> list[Example]:
    """Return the examples of a language, each once however many pages have it."""
    return list({one.text: one for one in examples() if one.language == language}.values())


COMMANDS = [one for one in unique("sh") if not beginning(one)]
PYTHON = unique("python")


@pytest.fixture
def site(world: World) -> Iterator[str]:
    """The site over HTTP, with the desk that its API asks; gives its address."""
    desk.use(world.parts.desk)
    server = new_server()
    server.set_app(get_wsgi_application())
    with running(server) as url:
        yield url
    desk.use(None)


def typed(type_in: Type, text: str, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Type a line of the shell: what one command says is read by the next."""
    read, said = ANSWERS, Said(code=0, out="", error="")
    for command in text.partition(" > ")[0].split(" | "):
        words = shlex.split(command)
        assert words[0] == "kvitt", f"{command} is no command of ours"
        monkeypatch.setattr("sys.stdin", io.StringIO(read))
        asks = words[1] in MOVING and not {"--yes", "--dry-run"} & set(words)
        said = type_in(*words[1:], *(["--yes"] if asks else []))
        assert said.code == 0, (command, said)
        read = said.out
    return said


#: These ask a person; the test says yes beforehand.
MOVING = {"capture", "refund", "cancel", "update", "release", "extend", "due-date"}
MOVING |= {"resend", "sync", "retry", "approve", "decline", "off", "on"}


def test_every_command_of_the_pages_does_what_it_says(
    world: World, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is typed as it stands, about an order 1042 that it fits, and ends with 0."""
    given.furnish(world)
    for example in [one for one in COMMANDS if one.text.startswith("kvitt")]:
        given.people_and_shop_for(example.text)
        given.order_for(world, shlex.split(example.text)[1])
        typed(type_in, example.text, monkeypatch)
        world.work()


def test_every_command_that_is_typed_is_one_of_ours_or_curl() -> None:
    """A program that no test could run, such as jq, is not in the pages."""
    programs = {one.text.split()[0] for one in COMMANDS}

    assert programs == {"kvitt", "curl"}


def test_no_python_stands_where_it_would_not_run() -> None:
    """Python that is shown stands in a block that is marked as such."""
    shown = re.compile(r"^ {4,}(?:from kvitt|import kvitt)", re.MULTILINE)
    outside = {
        str(page.relative_to(ROOT))
        for page in pages()
        if shown.search(FENCED.sub("", page.read_text(encoding="utf-8")))
    }

    assert outside == set()


def test_every_call_of_the_pages_is_answered(world: World, site: str) -> None:
    """Each ``curl`` gets an answer that is no refusal, from the API as it is served."""
    token = given.furnish(world)
    calls = [one for one in COMMANDS if one.text.startswith("curl")]
    answers = {}
    for example in calls:
        order = given.order_for(world, "")
        text = example.text.replace("/orders/7", f"/orders/{order}").replace(
            "wait=10", "wait=0"
        )
        answers[example.text] = curling.call(text, site=site, TOKEN=token)

    assert calls
    assert {
        text: said for text, said in answers.items() if said[0] not in {200, 201, 202}
    } == {}


@pytest.mark.parametrize("example", PYTHON, ids=lambda one: Path(one.page).stem)
def test_python_of_the_pages_runs(
    world: World, type_in: Type, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs as it stands, and its functions that ask kvitt are called for an order 1042."""
    del type_in
    given.furnish(world)
    given.order_for(world, "")
    monkeypatch.setenv("KVITT_ALLOW_LOCAL", "true")
    supplied: dict[str, Any] = {
        "kvitt": Kvitt(world.parts, actor="erp"),
        "number": given.NUMBER,
    }
    names: dict[str, Any] = {"__name__": example.page}
    # The pages are ours, and this is what a reader does with them.
    exec(compile(example.text, example.page, "exec"), names)  # noqa: S102
    for function in [value for value in names.values() if inspect.isfunction(value)]:
        wanted = inspect.signature(function).parameters
        if function.__module__ == example.page and set(wanted) <= set(supplied):
            function(**{name: supplied[name] for name in wanted})


def test_what_does_not_run_here_is_typed_right_and_runs_elsewhere() -> None:
    """Its options exist, a reason and a test are named, and none is left over."""
    left_out = [one for one in unique("sh") if beginning(one)]
    cli.load_all()
    for example in left_out:
        words = shlex.split(example.text)
        if words[0] == "kvitt":
            cli.app.parse_args(words[1:], exit_on_error=False, print_error=False)

    assert {beginning(one) for one in left_out} == set(NOT_HERE)
    assert [place for _, place in NOT_HERE.values() if not (ROOT / place).exists()] == []
