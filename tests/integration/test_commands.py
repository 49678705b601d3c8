"""The command line: what is shown, asked, sent and said, for people and for programs."""

import io
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from integration.typed import Type, Typed, process_environment, type_in, type_in_process
from integration.worlds import World
from kvitt.adapters.database.models import Subscriber
from kvitt.cli.contents import COMMANDS
from kvitt.sandbox.shop.records import Order
from running import command

__all__ = ["type_in"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(world: World) -> Order:
    """An order of two mugs that was looked at."""
    placed = world.buy()
    world.look(placed)
    return placed


def test_a_dry_run_shows_the_plan_and_sends_nothing(
    world: World, order: Order, type_in: Type
) -> None:
    """In words and as JSON, with exactly what Klarna would be sent."""
    shown = type_in("capture", str(order.id), "--line", "MUG-1=1", "--dry-run")
    (told,) = type_in("capture", str(order.id), "--dry-run", "--json").json

    assert (shown.code, "Capture" in shown.out) == (0, True)
    assert told["plan"]["steps"][0]["body"]["captured_amount"] == 29900
    assert not world.klarna(order).captures


def test_nobody_is_there_to_ask_so_nothing_is_sent(
    world: World, order: Order, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal and without --yes: one line with the next step, and code 4."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = type_in("capture", str(order.id))

    assert said.code == 4
    assert said.error.count("\n") == 1
    assert "--yes" in said.error
    assert not world.klarna(order).captures


def test_many_orders_are_read_from_standard_input_and_one_failing_stops_no_other(
    world: World, order: Order, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two are captured, one is not known: three answers, and the exit code of the worst."""
    other = world.buy()
    world.look(other)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{order.id}\n999999 {other.id}\n"))
    said = type_in("capture", "-", "--yes", "--json")

    assert {row["order"]: row["state"] for row in said.json} == {
        str(order.id): "done",
        str(other.id): "done",
        "999999": "refused",
    }
    assert said.code == 1
    assert len(world.klarna(order).captures) == len(world.klarna(other).captures) == 1


def test_an_empty_list_on_standard_input_is_no_mistake(
    order: Order, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a script finds nothing to do for ends well, and JSON stays JSON."""
    del order
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = [type_in(word, "-", "--yes", "--json") for word in ("capture", "retry")]

    assert [(one.code, one.json) for one in said] == [(0, []), (0, [])]


def test_a_command_given_twice_with_its_key_asks_once(
    world: World, order: Order, type_in: Type
) -> None:
    """The second time it gives the first one's answer, also when nothing is left to do."""
    words = ("capture", str(order.id), "--yes", "--json", "--key", str(uuid4()))
    first, second = type_in(*words), type_in(*words)

    assert first.json == second.json
    assert (first.code, second.code) == (0, 0)
    assert len(world.klarna(order).captures) == 1


def test_what_is_still_on_its_way_ends_with_a_code_of_its_own(
    world: World, order: Order, type_in: Type
) -> None:
    """Klarna did it and nobody heard: 3, and the sentence says not to repeat it."""
    world.town.klarna.faults.add("timeout_after_commit", operation="create_capture")
    said = type_in("capture", str(order.id), "--yes", "--wait", "0")

    assert said.code == 3
    assert "kvitt show" in said.out


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (("capture",), "name an order"),
        (("refund", "1", "--amount", "a lot"), "knows no order"),
        (("api-key", "add", "erp", "--scope", "everything"), "is not a scope"),
        (("api-key", "add", "erp", "--shop", "nowhere"), "kvitt shop list"),
        (("export", "orders", "--since", "yesterday"), "write 2026-11-01"),
        (("webhooks", "log", "7"), "kvitt webhooks list"),
    ],
)
def test_an_error_is_one_line_with_the_next_step(
    type_in: Type, words: tuple[str, ...], needed: str
) -> None:
    """Nothing is guessed, and no traceback is shown."""
    said = type_in(*words)
    told = (said.out + said.error).strip()

    assert said.code in {1, 4}
    assert needed in told
    assert len(told.splitlines()) == 1


def test_a_key_is_made_shown_once_listed_and_revoked(world: World, type_in: Type) -> None:
    """The token alone is on standard output; the list knows only its prefix."""
    shop = str(world.shop)
    made = type_in("api-key", "add", "erp", "--scope", "capture", "--shop", shop)
    token = made.out.strip()
    (listed,) = type_in("api-key", "list", "--json").json
    revoked = type_in("api-key", "revoke", listed["key"])
    (after,) = type_in("api-key", "list", "--json").json

    assert token.startswith(f"kvitt_{listed['key']}_")
    assert (listed["scopes"], listed["shops"]) == ("capture", "Practice shop")
    assert token.rpartition("_")[2] not in str(listed) + revoked.out
    assert after["until"].startswith("revoked")


def test_orders_and_the_journal_are_exported_a_line_each(
    world: World, order: Order, type_in: Type
) -> None:
    """As JSON lines and as a table, and only from a day on."""
    type_in("capture", str(order.id), "--yes")
    lines = type_in("export", "journal").out.splitlines()
    table = type_in("export", "orders", "--format", "csv").out.splitlines()
    later = type_in("export", "journal", "--since", "2999-01-01")

    assert len(lines) == len(world.intents(order)) == 1
    assert f'"order": "{order.id}", ' in lines[0]
    assert table[0].startswith("shop,number,customer")
    assert len(table) == 2
    assert later.out == ""


def test_shops_are_asked_for_what_no_message_told(world: World, type_in: Type) -> None:
    """An order that nobody told of is due after a sweep; the first one only begins."""
    type_in("sweep")
    world.buy()
    said = [type_in(word) for word in ("sweep", "drift")]

    assert said[0].out.startswith("1 orders are due")
    assert [one.code for one in said] == [0, 0]


def test_orders_are_managed_and_told_as_json(world: World, order: Order, type_in: Type) -> None:
    """Off, on, sync: a row for each order, and 1 where one is not known."""
    told = [type_in(word, str(order.id), "--json") for word in ("off", "on", "sync")]
    unknown = type_in("retry", str(order.id), "999999", "--json")

    assert [one.json[0]["state"] for one in told] == ["done"] * 3
    assert [row["state"] for row in unknown.json] == ["done", "refused"]
    assert unknown.code == 1
    assert not world.row(order).switched_off


def test_subscribers_are_looked_after(world: World, type_in: Type) -> None:
    """Listed, enabled again, looked into and removed."""
    row = Subscriber.objects.create(
        uid=uuid4(),
        shop_id=world.shop,
        url="https://erp.example/",
        events=["order.captured"],
        secret_sealed="",
        created_by="anna",
        created_at=world.parts.sweep.clock.now(),
        disabled_at=world.parts.sweep.clock.now(),
        disabled_why="Nothing could be delivered.",
    )
    (off,) = type_in("webhooks", "list", "--json").json
    type_in("webhooks", "enable", str(row.pk))
    (well,) = type_in("webhooks", "list", "--json").json
    log = type_in("webhooks", "log", str(row.pk), "--json").json
    type_in("webhooks", "remove", str(row.pk))

    assert (off["how"], well["how"]) == ("switched off: Nothing could be delivered.", "well")
    assert log == []
    assert not Subscriber.objects.exists()


def test_the_help_names_every_command_with_what_it_does_and_the_exit_codes(
    world: World,
) -> None:
    """As the installed command says it, without colour where nobody looks at it."""
    said = type_in_process(world, "--help")
    capture = type_in_process(world, "capture", "--help")

    assert "Have Klarna send the customers its message" in said.out
    assert "still on its way" in said.out
    assert "Example: kvitt capture 1042" in capture.out
    assert "\x1b[" not in said.out + capture.out


def test_what_would_follow_is_shown_and_asked_before_money_moves(
    world: World, order: Order, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On again, an order would be captured: neither a dry run nor nobody to ask sends it."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    number = str(order.id)
    type_in("off", number)
    world.town.desk.set_status(order.id, "completed")
    type_in("sync", number)
    (foreseen,) = type_in("on", number, "--dry-run", "--json").json
    unasked = type_in("on", number)
    before = len(world.klarna(order).captures)
    done = type_in("on", number, "--yes")

    assert (foreseen["state"], "Capture 299.00 SEK" in foreseen["text"]) == ("possible", True)
    assert (unasked.code, before) == (4, 0)
    assert (done.code, len(world.klarna(order).captures)) == (0, 1)


@pytest.mark.parametrize("word", ["sync", "retry", "approve", "decline", "off", "on"])
def test_a_dry_run_of_every_command_leaves_the_order_as_it_was(
    world: World, order: Order, type_in: Type, word: str
) -> None:
    """Nothing is stored, nothing is made due, and an order that is not known is named."""
    before = world.row(order).chain_head
    said = type_in(word, str(order.id), "999999", "--dry-run", "--json")

    assert "knows no order 999999" in said.json[1]["text"]
    assert said.code == 1
    assert world.row(order).chain_head == before
    assert world.work() == 0


def test_a_person_who_says_no_has_nothing_sent(
    world: World, order: Order, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is on the screen, the question is asked, and the answer is kept to."""
    monkeypatch.setattr("sys.stdin", Typed("n\n"))
    said = type_in("capture", str(order.id))
    monkeypatch.setattr("sys.stdin", Typed("n\n"))
    told = type_in("capture", str(order.id), "--json")
    monkeypatch.setattr("sys.stdin", Typed(""))
    gone = type_in("capture", str(order.id))

    assert (said.code, told.code, gone.code) == (1, 1, 130)
    assert "1. Capture 299.00 SEK" in said.out
    assert "Carry this out for this order?" in said.out
    assert "1. Capture 299.00 SEK" in told.error
    assert told.json[0]["plan"]["steps"][0]["kind"] == "capture"
    assert not world.klarna(order).captures


def test_an_order_is_shown_with_what_was_asked_and_done(order: Order, type_in: Type) -> None:
    """The lines that are left, the request with its key, and the call with Klarna's id."""
    key = uuid4()
    type_in("capture", str(order.id), "--line", "MUG-1=1", "--yes", "--key", str(key))
    told = type_in("show", str(order.id), "--json").json
    said = type_in("show", str(order.id))

    mug = told["lines"][0]
    assert (mug["captured"]["quantity"], mug["to_capture"]["quantity"]) == (1, 1)
    assert [(ask["command"], ask["state"]) for ask in told["requests"]] == [("capture", "done")]
    assert told["calls"][0]["klarna_id"] in said.out
    assert type_in("journal", "list", str(order.id), "--json").json[0]["call"] == "capture"


def test_orders_are_chosen_by_what_both_sides_say(
    world: World, order: Order, type_in: Type
) -> None:
    """Filters narrow the list, and numbers alone can be handed to the next command."""
    captured = world.buy()
    world.look(captured)
    world.set_status(captured, "completed")
    left = type_in("orders", "--klarna-status", "authorized", "--numbers").out
    done = type_in("orders", "--shop-status", "completed", "--json").json
    both = type_in("orders", "--json", "--csv")

    assert left.split() == [str(order.id)]
    assert [row["number"] for row in done] == [str(captured.id)]
    assert both.code == 4


def test_other_rules_are_tried_without_sending_anything(
    world: World, order: Order, type_in: Type
) -> None:
    """Another status that captures, and another day: only what differs is shown."""
    words = ("simulate", "--rule", "capture_statuses=processing,shipped", "--json")
    told = type_in(*words).json
    same = type_in("simulate", str(order.id))
    later = type_in("simulate", "--days", "27")

    (difference,) = told["differences"]
    assert (told["looked_at"], difference["now"]["in_step"]) == (1, True)
    assert difference["then"]["steps"][0]["body"]["captured_amount"] == 29_900
    assert "0 of them would be treated otherwise" in same.out
    assert "expires_soon" in later.out
    assert world.work() == 0


def test_what_is_typed_wrong_is_one_line_that_names_the_help(type_in: Type) -> None:
    """Code 2, and nothing but that line."""
    told = [
        type_in(*words.split())
        for words in ("capture --bogus", "captrue 1", "orders --limit many", "user add")
    ]

    assert [(said.code, said.out, said.error.count("\n")) for said in told] == [(2, "", 1)] * 4
    assert [said.error for said in told if "--help" not in said.error] == []


def test_a_reader_that_has_enough_is_no_error(world: World, order: Order) -> None:
    """A pipe that is closed early ends the command without a word."""
    del order
    ended = subprocess.run(
        ["/bin/bash", "-c", f"{command()} export orders | true; echo ${{PIPESTATUS[0]}}"],
        env=process_environment(world),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ended.stderr == ""
    assert ended.stdout.strip() in {"0", "141"}


def test_completion_knows_every_command(tmp_path: Path, world: World) -> None:
    """The script that is installed for a shell is one the shell can read."""
    script = tmp_path / "kvitt.bash"
    done = type_in_process(
        world,
        *("--install-completion", "--shell", "bash", "--output", str(script)),
        HOME=str(tmp_path),
    )
    checked = subprocess.run(["/bin/bash", "-n", str(script)], timeout=60, check=False)

    assert (done.code, checked.returncode) == (0, 0), done
    assert [name for name in COMMANDS if name not in script.read_text()] == []


def test_every_list_is_there_for_programs(order: Order, type_in: Type) -> None:
    """With --json, standard output is one JSON document and nothing else."""
    del order
    lists = ["user list", "shop list", "health", "api-key list", "webhooks list"]
    lists += ["journal list", "journal verify", "sweep", "drift", "orders"]
    told = {words: type_in(*words.split(), "--json") for words in lists}

    assert {words: said.code for words, said in told.items() if said.code} == {}
    assert all(isinstance(said.json, list | dict) for said in told.values())
