"""The review of a run, who may begin and stop it, and what is not begun."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from integration.runs_reader import REVIEW, Reader, form_of
from integration.test_console_asks import said
from kvitt import bootstrap
from kvitt.adapters.database.models import AskRow, Order, RunRow
from kvitt.domain.runs import MOST
from kvitt.settings import Settings
from kvitt.web import bulk, desk
from kvitt.web.accounts import roles
from kvitt.web.accounts.roles import Role
from kvitt.web.console.runs import choosing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def parts(settings_of_tests: Settings) -> Iterator[bootstrap.Parts]:
    """All of kvitt over this database, with nobody at work."""
    parts = bootstrap.assemble(settings_of_tests)
    desk.use(parts.desk)
    bulk.use(replace(parts.bulk, at_once=2))
    yield parts
    desk.use(None)
    bulk.use(None)
    parts.connections.close()


@pytest.fixture
def north() -> Stall:
    return console_orders.open_stall(timezone.now(), url="https://north.example")


@pytest.fixture
def south() -> Stall:
    return console_orders.open_stall(timezone.now(), url="https://south.example")


def reader(name: str, *held: tuple[Role, Stall]) -> Reader:
    """Return somebody with roles in some shops, or a manager of all."""
    user = console_orders.person(None if held else Role.MANAGER, name=name)
    for role, stall in held:
        roles.give(user, role, shop=stall.shop.pk)
    return Reader(user)


def test_a_shop_without_the_right_is_left_out_with_that_reason(
    north: Stall, south: Stall
) -> None:
    """Who operates one shop and looks at the other captures in the first only."""
    mine, other = console_orders.processing(north, 1), console_orders.processing(south, 2)
    anna = reader("anna", (Role.OPERATOR, north), (Role.VIEWER, south))
    review = anna.review("capture", mine, other)
    run = anna.run("capture", mine, other)

    assert "Your role in this shop does not allow this. Ask a manager." in said(review)
    assert [item.order for item in run.items.all()] == [mine]


def test_a_form_with_an_order_of_another_shop_begins_nothing(
    north: Stall, south: Stall
) -> None:
    """An order smuggled into the form, from a shop one may only see or not even see."""
    mine, other = console_orders.processing(north, 1), console_orders.processing(south, 2)
    anna = reader("anna", (Role.OPERATOR, north))
    review = anna.review("capture", mine)
    seen = form_of(review)[f"seen-{mine.pk}"]
    answer = anna.begin(review, order=[mine.pk, other.pk], **{f"seen-{other.pk}": seen})

    assert answer.status_code == 409
    assert "Nothing was begun" in said(answer)
    assert not RunRow.objects.exists()


@pytest.mark.parametrize(
    "figures", ["", "-", "1/2", "-1/0/0/SEK", "1/0/0/sek", "9" * 16 + "/0/0/SEK"]
)
def test_figures_that_are_not_the_reviews_begin_nothing(north: Stall, figures: str) -> None:
    """Without what was shown nothing is begun: the review comes again."""
    order = console_orders.processing(north, 1)
    mona = reader("mona")
    answer = mona.begin(mona.review("capture", order), **{f"seen-{order.pk}": figures})

    assert answer.status_code == 409
    assert "Capture 1 order: SEK 1,176.00" in said(answer)
    assert not RunRow.objects.exists()


def test_another_amount_than_the_reviews_is_not_asked(north: Stall) -> None:
    """The order would move another amount by now: it is left out with both figures."""
    order = console_orders.processing(north, 1)
    mona = reader("mona")
    mona.begin(mona.review("capture", order), **{f"seen-{order.pk}": "100/0/0/SEK"})

    told = mona.read(RunRow.objects.get())
    assert "it was SEK 1.00, and now it would be SEK 1,176.00" in told
    assert "Not asked: 1" in told
    assert not AskRow.objects.exists()


def test_a_key_is_good_for_one_command(north: Stall) -> None:
    """The key of a run of captures begins no run of cancellations."""
    order = console_orders.processing(north, 1)
    mona = reader("mona")
    run = mona.run("capture", order)
    answer = mona.begin(mona.review("cancel", order), key=str(run.uid))

    assert answer.status_code == 409
    assert RunRow.objects.get() == run


def test_the_rest_of_a_large_run_is_begun_by_the_job(
    north: Stall, parts: bootstrap.Parts
) -> None:
    """The request begins the first few; the job begins the rest, and nothing twice."""
    orders = [console_orders.processing(north, number) for number in range(1, 6)]
    mona = reader("mona")
    run = mona.run("extend", *orders)
    waiting = run.items.filter(state="pending").count()
    looked_at = [parts.bulk.carry_on(), parts.bulk.carry_on()]

    assert waiting == 3
    assert looked_at == [3, 0]
    assert AskRow.objects.count() == len(orders)
    assert f"Waiting: {len(orders)}" in mona.read(run)


def test_a_stop_leaves_out_what_was_not_begun(north: Stall, parts: bootstrap.Parts) -> None:
    """What the job has not come to is left out for good."""
    orders = [console_orders.processing(north, number) for number in range(1, 6)]
    mona = reader("mona")
    run = mona.run("capture", *orders)
    pending = parts.bulk.runs.pending(run=run.uid, most=1)
    mona.stop(run)
    with parts.bulk.runs.beginning(pending[0]) as wanted:
        late = wanted
    told = mona.read(run)

    assert not late
    assert "Taken back: 2 · Not asked: 3" in told
    assert "The run was stopped before this order was asked." in told
    assert parts.bulk.carry_on() == 0


def test_only_who_may_give_the_command_may_stop_it(north: Stall, south: Stall) -> None:
    """The whole run is theirs to stop who may ask for it in each of its shops."""
    orders = [console_orders.processing(north, 1), console_orders.processing(south, 2)]
    run = reader("mona").run("capture", *orders)
    one = reader("anna", (Role.OPERATOR, north), (Role.VIEWER, south))
    both = reader("olle", (Role.OPERATOR, north), (Role.OPERATOR, south))

    assert "Stop: take back" not in one.read(run)
    assert one.stop(run).status_code == 403
    assert "Stop: take back" in both.read(run)
    assert both.stop(run).status_code == 302


def test_a_run_shows_the_orders_of_ones_own_shops(north: Stall, south: Stall) -> None:
    """Who sees one shop sees its part of a run; a run without a part of it is not there."""
    mine, other = console_orders.processing(north, 1), console_orders.processing(south, 2)
    mona = reader("mona")
    both, theirs = mona.run("extend", mine, other), mona.run("capture", other)
    anna = reader("anna", (Role.VIEWER, north))

    assert "0 of 1 answered" in anna.read(both)
    for name in ("run", "run-live", "run-results"):
        assert anna.client.get(reverse(f"console:{name}", args=[theirs.uid])).status_code == 404
    listed = said(anna.client.get(reverse("console:runs")))
    assert "Extend the authorization" in listed
    assert "Capture" not in listed


def test_viewers_see_no_ticks_and_operators_no_refunds(north: Stall) -> None:
    """The list offers what the reader may do in some shop, and a viewer nothing."""
    console_orders.processing(north, 1)
    viewer, operator = (
        reader("vera", (Role.VIEWER, north)),
        reader("olle", (Role.OPERATOR, north)),
    )
    seen = str(viewer.client.get("/orders").content, "utf-8")
    offered = str(operator.client.get("/orders").content, "utf-8")

    assert "Select order" not in seen
    assert REVIEW not in seen
    assert viewer.client.get(REVIEW, {"command": "sync"}).status_code == 403
    assert 'value="capture"' in offered
    assert 'value="refund"' not in offered
    assert "Nothing is chosen to be done" in said(
        operator.review("refund", Order.objects.get())
    )


def test_all_of_a_page_and_of_a_tab_are_what_the_list_shows(north: Stall) -> None:
    """Which orders are meant is read from the list's own address; none is said to be none."""
    for number in range(1, 4):
        console_orders.processing(north, number)
    mona = reader("mona")
    page = {"command": "sync", "which": "page", "list": "?q=2"}
    tab = {"command": "sync", "which": "all", "list": "?view=to-capture"}

    assert "review of 1 order " in said(mona.client.get(REVIEW, page))
    assert "review of 3 orders " in said(mona.client.get(REVIEW, tab))
    assert "No order is chosen." in said(mona.review("sync"))


def test_of_more_than_a_run_may_have_the_first_are_chosen(north: Stall) -> None:
    """As many as one run takes, in the list's own order, and that there are more."""
    for number in range(1, 6):
        console_orders.processing(north, number)
    query = QueryDict("which=all&list=?sort=oldest")
    choice = choosing.read(query, now=timezone.now(), shops=None, most=3)

    assert [order.store_order_id for order in choice.orders] == [1, 2, 3]
    assert choice.more


def test_more_orders_than_a_run_may_have_are_refused(north: Stall) -> None:
    """A form that was made by hand with more of them begins nothing."""
    order = console_orders.processing(north, 1)
    mona = reader("mona")
    ids = [order.pk, *range(order.pk + 1, order.pk + MOST + 5)]
    answer = mona.begin(mona.review("sync", order), order=ids)

    assert answer.status_code == 409
    assert not RunRow.objects.exists()


def test_money_needs_a_recent_proof_and_a_look_does_not(north: Stall) -> None:
    """In a session that was left open only looking again goes on."""
    order = console_orders.processing(north, 1)
    mona = reader("mona")
    review = mona.review("capture", order)
    mona.prove(0.0)
    answer = mona.begin(review)

    assert "Password" in said(answer)
    assert mona.review("capture", order).status_code == 302
    assert not RunRow.objects.exists()
    assert mona.run("sync", order).items.count() == 1


def test_a_run_costs_the_same_number_of_questions_whatever_its_size(north: Stall) -> None:
    """The page of a run asks the database no more for ten orders than for two."""
    orders = [console_orders.processing(north, number) for number in range(1, 11)]
    mona = reader("mona")
    few, many = mona.run("extend", *orders[:2]), mona.run("capture", *orders)
    asked = []
    for run in (few, many):
        with CaptureQueriesContext(connection) as questions:
            mona.read(run)
        asked.append(len(questions))

    assert asked[0] == asked[1]
    assert asked[1] <= 15
