"""Roles for each shop: what they add up to, and that other shops stay out of sight."""

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.web.accounts import roles
from kvitt.web.accounts.models import Membership
from kvitt.web.accounts.roles import RIGHTS, Right, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> Stall:
    return console_orders.open_stall(timezone.now(), url="https://north.example")


@pytest.fixture
def south() -> Stall:
    return console_orders.open_stall(timezone.now(), url="https://south.example")


def member(name: str, **shops: tuple[Role, Stall]) -> User:
    user = console_orders.person(None, name=name)
    for role, stall in shops.values():
        roles.give(user, role, shop=stall.shop.pk)
    return user


def test_each_role_may_all_that_the_one_before_may() -> None:
    """The rights grow from viewer to owner, and the owner has them all."""
    granted = [RIGHTS[role] for role in Role]

    assert all(one < other for one, other in itertools.pairwise(granted))
    assert granted[-1] == frozenset(Right)


def test_refunds_are_not_for_operators() -> None:
    """Money leaves the shop only by managers and owners."""
    assert [role for role in Role if Right.REFUND in RIGHTS[role]] == [
        Role.MANAGER,
        Role.OWNER,
    ]


def test_a_superuser_may_everything_and_a_closed_account_nothing() -> None:
    """Being switched off takes every right away, being a superuser needs no role."""
    root = User.objects.create_superuser("root", password="x")
    gone = console_orders.person(Role.OWNER, name="gone")
    gone.is_active = False

    assert roles.rights_everywhere(root) == frozenset(Right)
    for nobody in (gone, AnonymousUser()):
        assert roles.rights_somewhere(nobody) == frozenset()
        assert roles.shops_of(nobody) == frozenset()


def test_a_role_in_one_shop_is_none_in_another(north: Stall, south: Stall) -> None:
    """Managing one shop gives not even a look at the next."""
    anna = member("anna", here=(Role.MANAGER, north))

    assert roles.may(anna, Right.REFUND, north.shop.pk)
    assert not roles.may(anna, Right.SEE, south.shop.pk)
    assert not roles.may_everywhere(anna, Right.SEE)
    assert roles.shops_of(anna) == frozenset({north.shop.pk})


def test_a_role_everywhere_and_one_in_a_shop_add_up(north: Stall, south: Stall) -> None:
    """Who may look everywhere and operate one shop may do both, and no more."""
    anna = console_orders.person(Role.VIEWER, name="anna")
    roles.give(anna, Role.OPERATOR, shop=north.shop.pk)

    assert roles.shops_of(anna) is None
    assert roles.shops_of(anna, Right.RETRY) == frozenset({north.shop.pk})
    assert roles.rights_in(anna, south.shop.pk) == RIGHTS[Role.VIEWER]


def test_giving_a_role_takes_the_other_away(north: Stall) -> None:
    """Somebody has one role at a time in each place, and none after it was taken."""
    anna = console_orders.person(Role.OWNER, name="anna")
    roles.give(anna, Role.VIEWER)
    roles.give(anna, Role.MANAGER, shop=north.shop.pk)
    roles.give(anna, Role.OPERATOR, shop=north.shop.pk)

    assert roles.rights_everywhere(anna) == RIGHTS[Role.VIEWER]
    assert roles.rights_in(anna, north.shop.pk) == RIGHTS[Role.OPERATOR]
    roles.take(anna)
    roles.take(anna, shop=north.shop.pk)
    assert roles.rights_somewhere(anna) == frozenset()


def test_the_database_keeps_one_role_in_each_place(north: Stall) -> None:
    """Two requests at the same moment cannot leave somebody with two roles in one place."""
    anna = member("anna", here=(Role.VIEWER, north))
    roles.give(anna, Role.VIEWER)

    for shop in (None, north.shop):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(user=anna, shop=shop, role=Role.OWNER)


def test_lists_show_only_the_shops_of_the_reader(
    client: Client, north: Stall, south: Stall
) -> None:
    """The list, its counts, its filter, what waits and its number hold one's own shops only."""
    console_orders.held(north, 1001, customer="Nora North")
    console_orders.held(south, 2002, customer="Sune South")
    south.shop.name, south.shop.trouble = "southern.shop", "The shop refused kvitt's key."
    south.shop.save()
    client.force_login(member("anna", here=(Role.OPERATOR, north)))

    for path in ("/orders", "/orders?q=2002", f"/orders?shop={south.shop.pk}", "/attention"):
        said = str(client.get(path).content, "utf-8")
        assert "Sune South" not in said
        assert "southern.shop" not in said
        assert '<span class="count">1</span>' in said
    assert "Nora North" in str(client.get("/orders").content, "utf-8")


def test_an_order_of_another_shop_is_not_there(
    client: Client, north: Stall, south: Stall
) -> None:
    """An order one may not see is not found, by its page, its number or its buttons."""
    foreign = console_orders.held(south, 2002)
    client.force_login(member("anna", here=(Role.OWNER, north)))

    assert client.get(f"/orders/{foreign.pk}").status_code == 404
    assert client.get(f"/orders/{foreign.pk}/live").status_code == 404
    assert client.post(f"/orders/{foreign.pk}/retry").status_code == 404
    assert client.get("/shop-orders/2002").headers["Location"] == "/orders?q=2002"


def test_buttons_are_those_of_the_orders_shop(
    client: Client, north: Stall, south: Stall
) -> None:
    """Who operates one shop and looks at another sees Retry only where it may be pressed."""
    mine, other = console_orders.held(north, 1001), console_orders.held(south, 2002)
    client.force_login(member("anna", a=(Role.OPERATOR, north), b=(Role.VIEWER, south)))

    assert f"/orders/{mine.pk}/retry" in str(client.get("/attention").content, "utf-8")
    assert f"/orders/{other.pk}/retry" not in str(client.get("/attention").content, "utf-8")
    assert "/retry" in str(client.get(f"/orders/{mine.pk}").content, "utf-8")
    assert "/retry" not in str(client.get(f"/orders/{other.pk}").content, "utf-8")
    assert client.post(f"/orders/{other.pk}/retry").status_code == 403
