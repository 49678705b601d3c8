"""The stories' page, their control API, and the command that has them played.

The story played here needs nobody between shop and Klarna, so its end does not depend on one.
"""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from contract.hosting import new_server, running
from kvitt.cli import stories as command
from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.sandbox import plugin_line
from kvitt.sandbox.histories import set_status
from kvitt.sandbox.klarna import Status, portal
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.kom import OrderManagement
from kvitt.sandbox.shop.komcalls import KlarnaCall
from kvitt.sandbox.stories import STORIES, named
from kvitt.sandbox.stories.app import told
from kvitt.sandbox.stories.people import MUGS, one
from kvitt.sandbox.stories.performance import Performance, State
from kvitt.sandbox.stories.stage import Happening, Scene, Stage, Story, each, nothing
from kvitt.sandbox.town import Town

BASE = "http://stories.test"
NAME = "two-tools"


@pytest.fixture
def town() -> Iterator[Town]:
    """A town with stocked shelves, where nobody keeps shop and Klarna in step."""
    town = Town.open(None, base_url=BASE, pause=lambda _seconds: None)
    seeding.stock_the_shelves(town.desk.books)
    yield town
    town.stop()


@pytest.fixture
def client(town: Town) -> Client:
    return Client(town.mounts["/stories"])


@contextmanager
def served(town: Town) -> Iterator[str]:
    """Serve the town's stories as the demo does."""
    server = new_server()
    server.set_app(DispatcherMiddleware(Response("", 404), dict(town.mounts)))
    with running(server) as url:
        yield url


def play_alone(town: Town, *scenes: Scene, undo: Happening = nothing) -> Performance:
    """Play a story of one order of two mugs to its end, in this thread."""
    story = Story(
        name="alone", title="", teaches="", baskets=one(MUGS), scenes=scenes, undo=undo
    )
    performance = Performance(story=story, town=town)
    performance.run(Event())
    return performance


def ask_klarna(town: Town) -> None:
    """Ask Klarna about the story's order, as whoever keeps it in step would."""
    performance = town.player.last(NAME)
    assert performance is not None
    send = plugin_line.to(town.klarna, town.merchant_id)
    for placed in performance.stage.orders:
        send(KlarnaCall(method="GET", klarna_order_id=placed.klarna_id))


def test_the_page_has_a_button_for_every_story(client: Client) -> None:
    """Whoever opens the page can read and play each story, without a script."""
    page = client.get("/")

    assert page.status_code == 200
    for story in STORIES:
        assert f'action="/play/{story.name}"' in page.text
        assert story.title in html.unescape(page.text)
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_page_has_its_stylesheet(client: Client) -> None:
    """The page looks like the desk of the practice Klarna, whose sheet it uses."""
    assert client.get("/static/desk.css").mimetype == "text/css"
    assert client.get("/static/nothing.css").status_code == 404


def test_a_pressed_button_plays_one_story_at_a_time(client: Client, town: Town) -> None:
    """The first press leads back to the page; the second says what is being played."""
    first = client.post(f"/play/{NAME}", base_url=BASE, headers={"Origin": BASE})
    second = client.post("/play/lost-answer", base_url=BASE, headers={"Origin": BASE})
    asked = client.post("/__sim/stories/lost-answer/play")

    assert (first.status_code, first.headers["Location"]) == (303, f"/#{NAME}")
    assert second.status_code == asked.status_code == 409
    assert f"The story {NAME} is being played" in second.text
    assert town.player.last("lost-answer") is None


def test_another_site_cannot_press_a_button(client: Client, town: Town) -> None:
    """A form sent from elsewhere plays nothing."""
    answer = client.post(
        f"/play/{NAME}", base_url=BASE, headers={"Origin": "http://elsewhere.test"}
    )

    assert answer.status_code == 403
    assert town.player.playing == ""


def test_a_program_can_list_and_play_stories(client: Client) -> None:
    """The control API tells every story with its scenes, and begins one."""
    listed = client.get("/__sim/stories").get_json()
    begun = client.post(f"/__sim/stories/{NAME}/play")
    shown = client.get(f"/__sim/stories/{NAME}").get_json()

    assert [story["name"] for story in listed["stories"]] == [story.name for story in STORIES]
    assert (begun.status_code, begun.get_json()["state"]) == (202, "playing")
    assert [scene["says"] for scene in shown["scenes"]] == [
        scene.says for scene in named(NAME).scenes
    ]


def test_a_story_nobody_knows_is_not_found(client: Client) -> None:
    """A wrong name is answered in words, whoever asks."""
    for method, path in (("GET", "/__sim/stories/x"), ("POST", "/play/x"), ("GET", "/x")):
        answer = client.open(path, method=method)
        assert answer.status_code == 404
        assert answer.get_json()["error"]


def test_a_story_broken_off_puts_the_town_right(town: Town) -> None:
    """The plugin that the story switched on is off again, and the story says why it ended."""
    player = town.player
    performance = player.play(named(NAME))

    player.stop()

    assert performance.state is State.GIVEN_UP
    assert performance.trouble == "It was stopped."
    assert not isinstance(town.desk.gateway, OrderManagement)
    assert player.playing == ""


def test_a_story_that_breaks_says_so_and_puts_the_town_right(town: Town) -> None:
    """A fault in a scene ends the story, and is shown to whoever watches."""
    undone: list[int] = []

    def explode(stage: Stage) -> None:
        raise ValueError(f"no {len(stage.orders)}")

    def undo(stage: Stage) -> None:
        undone.append(len(stage.orders))

    performance = play_alone(town, Scene(says="It breaks.", happens=explode), undo=undo)

    assert performance.state is State.GIVEN_UP
    assert performance.trouble == "It broke off: no 1"
    assert undone == [1]


def test_a_story_that_gets_no_further_is_given_up(town: Town) -> None:
    """Nobody waits for ever where nobody keeps the two in step; what was awaited is named."""
    performance = Performance(story=named("expiring-backorder"), town=town, pace=0, patience=3)

    performance.run(Event())

    assert performance.state is State.GIVEN_UP
    assert performance.trouble.startswith("It was waited for too long: The warning is on")
    assert performance.done == 0


def test_a_story_mends_only_what_it_broke(town: Town) -> None:
    """A fault that a trainer put in place is still there after the story of a lost answer."""
    trainer_s = town.klarna.faults.add("slow", operation="get_order")
    performance = Performance(story=named("lost-answer"), town=town)
    performance.begin()
    performance.step()
    during = len(town.klarna.faults.rules)

    performance.close()

    assert during == 2
    assert [rule.rule_id for rule in town.klarna.faults.rules] == [trainer_s.rule_id]


def test_a_plugin_that_was_left_on_is_off_in_a_new_process(tmp_path: Path) -> None:
    """The shop does not claim a plugin that nobody runs."""
    left = Town.open(tmp_path, base_url=BASE)
    Client(left.shop).post("/__sim/plugin", json={"active": True})
    before = left.desk.books.settings.kom_active
    left.close()

    found = Town.open(tmp_path, base_url=BASE)
    after = found.desk.books.settings.kom_active
    found.close()

    assert (before, after) == (True, False)


def test_a_story_is_told_scene_by_scene(town: Town) -> None:
    """What was played is marked as done, with the orders it was played on."""
    performance = play_alone(
        town, Scene(says="It is shipped.", happens=each(set_status("completed")))
    )

    report = told(performance.story, performance)

    assert (report["state"], report["trouble"]) == ("played", "")
    assert report["scenes"] == [{"says": "It is shipped.", "done": True}]
    order = town.desk.bench.order(report["orders"][0])
    assert order.status == "completed"


def test_the_reference_plugin_reaches_the_town_s_klarna(town: Town) -> None:
    """The shop's lever switches the plugin on, and what it captures is captured."""
    shop = Client(town.shop)
    performance = play_alone(town)
    (placed,) = performance.stage.orders

    switched = shop.post("/__sim/plugin", json={"active": True})
    town.desk.set_status(placed.order_id, "completed")

    record = town.books.order(placed.klarna_id)
    assert switched.get_json() == {"active": True}
    assert record is not None
    assert record.status is Status.CAPTURED


def test_the_command_shows_what_is_played(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each scene is printed as it comes, then what was learnt and where the order is."""
    with served(town) as url:
        command.follow(NAME, url=url, pause=lambda _seconds: ask_klarna(town))

    words = " ".join(capsys.readouterr().out.split())
    for scene in named(NAME).scenes:
        assert scene.says in words
    assert named(NAME).teaches in words
    assert f"{url}/shop-orders/" in words


def test_the_command_lists_every_story(capsys: pytest.CaptureFixture[str]) -> None:
    """The list needs no running demo."""
    command.stories()

    words = " ".join(capsys.readouterr().out.split())
    assert all(story.teaches in words for story in STORIES)


def test_the_command_says_why_a_story_did_not_end(town: Town) -> None:
    """A demo that is stopped in the middle is no success."""
    with (
        served(town) as url,
        pytest.raises(KvittError, match=r"come to its end\. It was stopped\."),
    ):
        command.follow(NAME, url=url, pause=lambda _seconds: town.player.stop())


def test_the_command_names_many_orders_by_the_first_and_the_last(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two hundred addresses would hide what was learnt."""

    def capture_all(_seconds: float) -> None:
        performance = town.player.last("black-friday")
        assert performance is not None
        for placed in performance.stage.orders:
            record = town.books.order(placed.klarna_id)
            if performance.done and record is not None and not record.captures:
                portal.capture(town.books, placed.klarna_id)
                town.desk.add_note(placed.order_id, "captured")

    with served(town) as url:
        command.follow("black-friday", url=url, pause=capture_all)

    words = " ".join(capsys.readouterr().out.split())
    performance = town.player.last("black-friday")
    assert performance is not None
    first, *_, last = (placed.order_id for placed in performance.stage.orders)
    assert f"Orders {first} to {last}; the first: {url}/shop-orders/{first}" in words


def test_the_command_says_what_is_wrong(town: Town) -> None:
    """A wrong name, no demo, and a busy one each have their own sentence."""
    with pytest.raises(ConfigurationError, match="no story named x"):
        command.play("x")
    with pytest.raises(KvittError, match="no demo answers at http://127"):
        command.play(NAME, url="http://127.0.0.1:9")
    with served(town) as url:
        town.player.play(named(NAME))
        with pytest.raises(KvittError, match="is being played"):
            command.play(NAME, url=url)
