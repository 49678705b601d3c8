"""What holds on every order's page, whoever reads it: the console's conventions."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from browser import console_orders
from browser.page_texts import texts_of
from browser.sessions import signed_in
from integration.worlds import World
from kvitt.sandbox.shop.records import Order
from kvitt.web import desk
from kvitt.web.accounts.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def the_desk(world: World) -> Iterator[None]:
    """The desk that ``bootstrap`` gives the console."""
    desk.use(world.parts.desk)
    yield
    desk.use(None)


@pytest.fixture
def client() -> Client:
    """A manager who has just signed in."""
    return signed_in(console_orders.person(Role.MANAGER))


@pytest.fixture
def captured(world: World) -> Order:
    """An order that is captured in full."""
    order = world.buy()
    world.look(order)
    world.set_status(order, "completed")
    return order


def page(client: Client, world: World, order: Order, name: str, status: int = 200) -> str:
    """Return a page of the order."""
    answer = client.get(reverse(f"console:{name}", args=[world.row(order).pk]), follow=True)
    assert answer.status_code == status
    return str(answer.content, "utf-8")


def typed(html: str) -> dict[str, str]:
    """Return the pieces that a form begins with, and what is chosen."""
    pieces = re.findall(r'name="(line-\d+)" value="(\d*)"', html)
    chosen = re.search(r'name="by" value="(\w+)" checked', html)
    assert chosen
    return {**dict(pieces), "by": chosen[1]}


def test_a_capture_begins_with_all_and_a_refund_with_nothing(
    world: World, client: Client, captured: Order
) -> None:
    """What takes money is filled in with all that is left; what gives it back is empty."""
    fresh = world.buy()
    world.look(fresh)
    capture = typed(page(client, world, fresh, "ask-capture"))
    refund = typed(page(client, world, captured, "ask-refund"))

    assert capture.pop("by") == "all"
    assert sorted(capture.values()) == ["1", "2"]
    assert refund.pop("by") == "lines"
    assert set(refund.values()) == {"0"}


def test_a_refund_of_all_says_so_and_needs_no_pieces(
    world: World, client: Client, captured: Order
) -> None:
    """All that is left is one choice: pieces that were never changed do not matter."""
    form = page(client, world, captured, "ask-refund")
    given = {**typed(form), "by": "all", "key": "4a1f9a54-0d2c-4b0e-8a58-3c5d0a1b2c3d"}
    address = reverse("console:review-refund", args=[world.row(captured).pk])

    assert "Refund SEK 299.00 at Klarna" in texts_of(
        str(client.get(address, given).content, "utf-8")
    )


def test_what_is_not_possible_stands_there_with_its_reason(
    world: World, client: Client, captured: Order
) -> None:
    """Each such button is marked as one that does nothing, and described by its reason."""
    html = page(client, world, captured, "order")
    described = re.findall(r'aria-disabled="true" aria-describedby="([\w-]+)">([^<]+)<', html)
    reasons = {name: re.search(rf'id="{name}">([^<]+)<', html) for name, _button in described}

    assert "Capture" in {button for _name, button in described}
    assert all(reason and reason[1].endswith(".") for reason in reasons.values())


def test_a_refused_command_without_figures_offers_no_form(
    world: World, client: Client, captured: Order
) -> None:
    """A cancellation that is not possible says why, and asks for no amount."""
    html = page(client, world, captured, "ask-cancel", status=409)

    assert 'role="alert"' in html
    assert 'name="amount"' not in html
    assert "Back to the order" in texts_of(html)
