"""The reconciliation with a practice shop and Klarna: what differs, and until when."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from integration.programs import Caller
from integration.typed import Type, type_in
from integration.worlds import World
from kvitt import Kvitt, Money, Month, NotAllowedNow
from kvitt.adapters.database.models import Order as OrderRow
from kvitt.adapters.database.models import RunItemRow, RunRow, Shop
from kvitt.sandbox.klarna import portal
from kvitt.sandbox.shop.records import Order
from kvitt.web import bulk, desk
from kvitt.web.accounts.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["type_in"]


@pytest.fixture(autouse=True)
def the_desks(world: World) -> Iterator[None]:
    """What ``bootstrap`` gives the console."""
    desk.use(world.parts.desk)
    bulk.use(world.parts.bulk)
    yield
    desk.use(None)
    bulk.use(None)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(console_orders.person(Role.OPERATOR))
    return client


@pytest.fixture
def program(world: World) -> Caller:
    return Caller(world)


def captured(world: World) -> Order:
    """Return an order of 299.00 SEK that is completed and captured, and read after that."""
    order = world.buy()
    world.look(order)
    world.set_status(order, "completed")
    world.look(order)
    return order


def page(reader: Client, query: str = "") -> str:
    answer = reader.get(f"{reverse('console:reconciliation')}{query}")
    assert answer.status_code == 200
    return " ".join(str(answer.content, "utf-8").split())


def compare_again(reader: Client) -> None:
    """Press the button, and let the workers do what it asks for."""
    answer = reader.post(reverse("console:compare-again"))
    assert answer.headers["Location"].startswith("/runs/")


def test_a_refund_in_klarnas_portal_is_a_difference_until_the_shop_has_it(
    world: World, operator: Client
) -> None:
    """Not seen before anybody has looked; then named to the cent; then settled by itself."""
    order = captured(world)
    assert "The shop and Klarna agree on the one order" in page(operator)

    portal.refund(world.town.books, world.klarna(order).order_id, amount=9_900)
    assert "The shop and Klarna agree on the one order" in page(operator)

    compare_again(operator)
    world.work()
    said = page(operator)
    assert "1 of 1 orders" in said
    assert "Refunded at Klarna, not in the shop" in said
    assert "-SEK 99.00" in said

    # The shop's own webhook tells of the refund that kvitt has booked there.
    world.look(order)
    assert "The shop and Klarna agree on the one order" in page(operator)
    assert "SEK 200.00" in page(operator)


def test_comparing_again_is_a_run_of_the_months_orders(world: World, operator: Client) -> None:
    """Each order is looked at once, and what is waiting already is not asked again."""
    orders = [captured(world) for _ in range(2)]
    asked = len(world.calls())

    compare_again(operator)
    second = operator.post(reverse("console:compare-again"))
    world.work()

    assert second.headers["Location"].startswith("/reconciliation")
    assert RunRow.objects.count() == 1
    assert RunItemRow.objects.count() == len(orders)
    assert len(world.calls()) == asked + len(orders)


def test_a_double_click_is_one_run(world: World, operator: Client) -> None:
    """The page gives the button a key, so that pressing it twice is one run."""
    captured(world)
    key = "4a1f9a54-0d2c-4b0e-8a58-3c5d0a1b2c3d"

    answers = [operator.post(reverse("console:compare-again"), {"key": key}) for _ in "12"]

    assert answers[0].headers["Location"] == reverse("console:run", args=[key])
    assert RunRow.objects.count() == 1


def test_what_is_left_alone_is_counted_and_not_compared(world: World, operator: Client) -> None:
    """A person has said to leave the order alone: that it differs is nobody's surprise."""
    captured(world)
    order = world.buy()
    world.look(order)
    world.parts.desk.switch_off(world.row(order).pk, "anna", reason="paid in cash")
    world.set_status(order, "completed")

    said = page(operator)

    assert "The shop and Klarna agree on the one order" in said
    assert "1 order is left alone on purpose" in said


def test_the_file_has_every_difference(world: World, operator: Client) -> None:
    """Amounts with dots and codes for programs; the reader's own words for people."""
    order = world.buy()
    world.look(order)
    world.town.desk.set_status(order.id, "completed")
    world.town.klarna.faults.add("http_503", operation="create_capture", times=50)
    world.look(order)

    answer = operator.get("/reconciliation.csv")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))

    assert [(row["code"], row["difference"], row["in_sums"]) for row in lines] == [
        ("not_captured", "-299.00", "1")
    ]
    assert lines[0]["order"] == world.row(order).number


def test_an_order_is_of_the_month_in_the_readers_zone(world: World, operator: Client) -> None:
    """What came an hour before midnight in UTC is of the next month in Stockholm."""
    captured(world)
    last = timezone.now().replace(day=1, hour=0, minute=0, second=0) - timedelta(hours=1)
    OrderRow.objects.update(placed_at=last)
    here = f"?month={timezone.now():%Y-%m}"

    assert "No order to compare" in page(operator, here)
    operator.cookies["zone"] = "Pacific%2FKiritimati"
    assert "agree on the one order" in page(operator, here)


def test_every_door_says_the_same(
    world: World, operator: Client, type_in: Type, program: Caller
) -> None:
    """The command line, the API, the library and the file list one difference alike."""
    captured(world)
    order = captured(world)
    world.town.klarna.faults.add("http_503", operation="create_refund", times=50)
    world.book_refund(order, "99.00")
    world.look(order)
    month = f"{timezone.now():%Y-%m}"

    typed = type_in("reconcile", "--month", month, "--json")
    table = type_in("reconcile", "--month", month)
    sheet = type_in("reconcile", "--csv")
    sums = program.get("/reconciliation", month=month).json()
    listed = program.get("/reconciliation/differences", shop_id=world.shop).json()
    library = Kvitt(world.parts)
    ((ref, comparison),) = library.differences(Month.of(timezone.now().date()))

    assert [typed.code, table.code, sheet.code] == [1, 1, 1]
    (differs,) = typed.json["differences"]
    assert differs["reason"] == listed["items"][0]["reason"] == comparison.verdict
    assert differs["difference"] == listed["items"][0]["difference"]["amount"] == "99.00"
    assert comparison.apart == Money(9_900, "SEK")
    assert differs["order"] == ref.number == listed["items"][0]["number"] == str(order.id)
    assert sums["reasons"] == {"refund_not_at_klarna": 1}
    assert sums["books"][0]["difference"]["minor"] == 9_900
    assert typed.json["books"][0]["klarna_says"] == sums["books"][0]["klarna_says"]["amount"]
    assert "1 of 2 orders" in table.out
    assert "99.00" in sheet.out
    assert listed["next"] is None
    assert "Refunded in the shop, not at Klarna" in page(operator)


def test_a_month_that_agrees_ends_with_nothing_wrong(world: World, type_in: Type) -> None:
    """The exit code is what a nightly script reads."""
    captured(world)
    shop = Shop.objects.get(pk=world.shop).name

    agrees = type_in("reconcile", "--shop", shop)
    empty = type_in("reconcile", "--month", "2020-01")

    assert (agrees.code, empty.code) == (0, 0)
    assert "agree on all 1 orders" in agrees.out
    assert "No order to compare was placed in 2020-01." in empty.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--month", "November"), "write 2026-11"),
        (("--json", "--csv"), "choose one"),
        (("--shop", "nobody"), "there is no shop nobody"),
    ],
)
def test_what_is_typed_wrong_is_said(
    world: World, type_in: Type, words: tuple[str, ...], says: str
) -> None:
    """One line tells what to type instead, and nothing is listed."""
    del world
    said = type_in("reconcile", *words)

    assert said.code == 4
    assert says in said.error
    assert said.out == ""


def test_the_library_names_a_shop_it_does_not_know(world: World) -> None:
    """A name typed wrong is not an empty month."""
    with pytest.raises(NotAllowedNow, match="kvitt knows no shop nobody"):
        Kvitt(world.parts).reconciliation(Month(2026, 11), shop="nobody")


def test_a_program_asks_for_a_month_that_there_is(world: World, program: Caller) -> None:
    """What is no month, and what is no reason to differ, is refused and named."""
    captured(world)

    month = program.get("/reconciliation", month="2026-13")
    reason = program.get("/reconciliation/differences", reason="agrees")
    today = program.get("/reconciliation").json()

    assert (month.status_code, reason.status_code) == (422, 422)
    assert "2026-11" in month.json()["errors"][0]["message"]
    assert (today["compared"], today["differ"]) == (1, 0)
