"""People: who may give which role where, invitations that work once, an owner that remains."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import PASSWORD, Stall
from kvitt.domain.errors import NotAllowedNow
from kvitt.web.accounts import factor, people, roles
from kvitt.web.accounts.models import Invitation, SecondFactor
from kvitt.web.accounts.rights import Right, Role

pytestmark = pytest.mark.django_db

GOOD = "a sentence long enough"


@pytest.fixture
def north() -> Stall:
    return console_orders.open_stall(timezone.now(), url="https://north.example")


@pytest.fixture
def south() -> Stall:
    return console_orders.open_stall(timezone.now(), url="https://south.example")


@pytest.fixture
def olga() -> User:
    """An owner of every shop."""
    return console_orders.person(Role.OWNER, name="olga")


@pytest.fixture
def nils(north: Stall) -> User:
    """An owner of one shop."""
    nils = User.objects.create(username="nils")
    roles.give(nils, Role.OWNER, shop=north.shop.pk)
    return nils


def somebody(name: str, stall: Stall) -> User:
    user = User.objects.create(username=name)
    roles.give(user, Role.VIEWER, shop=stall.shop.pk)
    return user


def test_an_invitation_makes_one_account_in_one_role(
    client: Client, olga: User, north: Stall
) -> None:
    """The link is shown once, makes an account with the role it is for, and then is over."""
    client.force_login(olga)
    place = {"place": str(north.shop.pk), "role": "operator"}
    shown = client.post(reverse("invite"), place)
    link = str(shown.context["link"])
    assert link.startswith("http://testserver/invitation/")
    guest = Client()
    form = {"name": "gun", "password": GOOD}

    assert "operator of" in str(guest.get(link).content, "utf-8")
    assert guest.post(link, form).headers["Location"] == reverse("login")

    gun = User.objects.get(username="gun")
    assert roles.may(gun, Right.CAPTURE, north.shop.pk)
    assert roles.shops_of(gun) == frozenset({north.shop.pk})
    assert gun.check_password(GOOD)
    assert guest.get(link).status_code == guest.post(link, form).status_code == 404
    assert link.rpartition("/")[2] not in str(client.get(reverse("people")).content, "utf-8")


def test_the_link_stands_nowhere(olga: User) -> None:
    """The database keeps a digest of the link only."""
    token = people.invite(olga, Role.VIEWER, shop=None, now=timezone.now())

    (row,) = Invitation.objects.values()
    assert token not in str(row)


def test_an_invitation_ends_by_itself(client: Client, olga: User) -> None:
    """After three days the link is over, and then deleted."""
    then = timezone.now() - people.INVITED_FOR
    token = people.invite(olga, Role.OWNER, shop=None, now=then)

    assert client.get(reverse("invitation", args=[token])).status_code == 404
    assert people.forget(now=timezone.now()) == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "OLGA", "password": GOOD}, "This name is taken"),
        ({"name": "gun", "password": "short"}, "too short"),
        ({"name": "gun", "password": "qwerty123456"}, "too common"),
        ({"name": "elsa-harrison", "password": "elsa-harrison"}, "similar"),
        ({"name": "<b>", "password": GOOD}, "valid username"),
        ({}, "required"),
    ],
)
def test_a_bad_name_or_password_uses_the_link_not_up(
    client: Client, olga: User, form: dict[str, str], words: str
) -> None:
    """What is refused is told in words, and the link still works."""
    token = people.invite(olga, Role.VIEWER, shop=None, now=timezone.now())
    path = reverse("invitation", args=[token])

    answer = client.post(path, form)

    assert answer.status_code == 422
    assert words in str(answer.content, "utf-8")
    assert client.get(path).status_code == 200


def test_one_owner_of_every_shop_remains(olga: User) -> None:
    """The last owner can neither be closed nor made less, and is told why."""
    for role in (None, Role.MANAGER):
        with pytest.raises(NotAllowedNow, match="make another one first"):
            people.set_role(olga, olga, role, shop=None)
    with pytest.raises(NotAllowedNow, match="make another one first"):
        people.close(olga, olga)

    assert roles.may_everywhere(User.objects.get(), Right.PEOPLE)
    console_orders.person(Role.OWNER, name="other")
    people.set_role(olga, olga, None, shop=None)
    assert not roles.may_somewhere(User.objects.get(username="olga"), Right.SEE)


def test_an_owner_of_one_shop_gives_roles_there_only(
    nils: User, north: Stall, south: Stall
) -> None:
    """Owning one shop gives no say in another, nor in all."""
    vera = somebody("vera", north)

    people.set_role(nils, vera, Role.OPERATOR, shop=north.shop.pk)
    for shop in (south.shop.pk, None):
        with pytest.raises(NotAllowedNow):
            people.set_role(nils, nils, Role.OWNER, shop=shop)
        with pytest.raises(NotAllowedNow):
            people.invite(nils, Role.OWNER, shop=shop, now=timezone.now())

    assert roles.may(vera, Right.CAPTURE, north.shop.pk)
    assert roles.shops_of(nils) == frozenset({north.shop.pk})


@pytest.mark.usefixtures("olga")
def test_the_page_offers_only_what_one_owns(
    client: Client, nils: User, north: Stall, south: Stall
) -> None:
    """People of other shops are not there, nor their roles, and a form made up is refused."""
    vera, sune = somebody("vera", north), somebody("sune", south)
    roles.give(vera, Role.OWNER, shop=south.shop.pk)
    client.force_login(nils)

    listed = {each.user.username: each for each in people.people_for(nils)}
    made_up = client.post(
        reverse("set-role", args=[vera.pk]), {"place": "all", "role": "owner"}
    )

    assert listed.keys() == {"olga", "nils", "vera"}
    assert [one.shop_id for one in listed["vera"].memberships] == [north.shop.pk]
    assert made_up.status_code == 422
    assert client.get(reverse("person", args=[sune.pk])).status_code == 404
    assert client.post(reverse("close-account", args=[vera.pk])).status_code == 403


def test_a_closed_account_is_out_at_once(client: Client, olga: User) -> None:
    """Closing an account ends its sessions and its sign-ins; opening it again gives both."""
    bo = console_orders.person(Role.VIEWER, name="bo")
    guest = Client()
    guest.force_login(bo)
    client.force_login(olga)

    client.post(reverse("close-account", args=[bo.pk]))
    closed = guest.get("/orders").status_code
    refused = guest.post(reverse("login"), {"name": "bo", "password": PASSWORD}).status_code
    client.post(reverse("reopen-account", args=[bo.pk]))

    assert (closed, refused) == (302, 422)
    assert User.objects.get(username="bo").is_active


def test_a_new_password_by_a_link(client: Client, olga: User) -> None:
    """Who forgot the password gets a link for a new one; old sessions and links end."""
    bo = console_orders.person(Role.VIEWER, name="bo")
    guest = Client()
    guest.force_login(bo)
    client.force_login(olga)
    old = client.post(reverse("new-password", args=[bo.pk])).context["link"]
    link = client.post(reverse("new-password", args=[bo.pk])).context["link"]

    assert guest.get(old).status_code == 404
    assert guest.post(link, {"password": GOOD}).status_code == 302
    assert guest.get("/orders").status_code == 302
    assert User.objects.get(username="bo").check_password(GOOD)
    assert roles.may_everywhere(bo, Right.SEE)


def test_a_lost_authenticator_is_taken_away(client: Client, olga: User) -> None:
    """An owner lets somebody in again who lost both phone and codes."""
    bo = User.objects.create(username="bo")
    factor.begin(bo)
    SecondFactor.objects.update(confirmed_at=timezone.now() - timedelta(days=1))
    client.force_login(olga)

    client.post(reverse("remove-factor", args=[bo.pk]))

    assert not factor.is_on(bo)


def test_who_gives_their_own_ownership_away_is_led_elsewhere(
    client: Client, olga: User
) -> None:
    """After giving the page's own right away one does not end on a refusal."""
    console_orders.person(Role.OWNER, name="other")
    client.force_login(olga)

    answer = client.post(
        reverse("set-role", args=[olga.pk]), {"place": "all", "role": "viewer"}
    )

    assert answer.headers["Location"] == reverse("account")
