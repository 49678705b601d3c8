"""Who may open and press what: every address there is, for every role, here and in other shops.

Nothing is listed by hand: addresses come from Django's resolver, rules from the guards.
A new address without a rule fails, and so does one whose guard does not do what it says.
"""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import Rule
from kvitt.web.accounts.rights import RIGHTS, Right, Role
from kvitt.web.accounts.subjects import SUBJECTS
from security.addresses import Address, every_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_console")]

ADDRESSES = every_address()
BEHIND_A_LOGIN = [each for each in ADDRESSES if each.rule and not each.rule.anybody]
RULED = [each for each in BEHIND_A_LOGIN if each.rule and each.rule.right]
#: Names in addresses that say nothing of a shop, with something to fill them: their views
#: narrow what they show and do themselves, and are tested for it.
NARROWED_BY_THE_VIEW = {
    "store_order_id": 1029,
    "user_id": 1,
    "key_id": 1,
    "subscriber_id": 1,
    "token": "nobody-was-invited-with-this",
    "message_id": uuid4(),
    "number": uuid4(),
    "key": uuid4(),
    "call_id": uuid4(),
    "delivery_id": 1,
    "view_id": 1,
    "run_id": uuid4(),
    "attempt_id": uuid4(),
    "code": "cancel",
    "nonce": "nobody-asked-with-this",
}
METHODS = ("get", "post")
#: What the HTTP API says of itself to anybody; at its root there is nothing.
OPEN_OPERATIONS = {"api/v1/openapi.json", "api/v1/"}


@pytest.fixture
def here() -> Stall:
    return console_orders.open_stall(timezone.now(), url="https://here.example")


@pytest.fixture
def elsewhere() -> Stall:
    return console_orders.open_stall(timezone.now(), url="https://elsewhere.example")


def somebody(role: Role | None, *, shop: int | None = None) -> User:
    """Make an account without a password, which costs no hashing."""
    user = User.objects.create(username=role or "nobody")
    if role is not None:
        roles.give(user, role, shop=shop)
    return user


def values_of(stall: Stall, number: int) -> dict[str, object]:
    """Return what fills addresses with things of this shop."""
    order = console_orders.held(stall, number)
    return {
        **NARROWED_BY_THE_VIEW,
        "order_id": order.pk,
        "account_id": stall.account,
        "shop_id": stall.shop.pk,
    }


def asked(client: Client, path: str) -> dict[str, int]:
    """Return what each way of asking is answered."""
    return {method: getattr(client, method)(path).status_code for method in METHODS}


def refused_with(status: int, given: dict[str, int]) -> bool:
    """Say whether it was refused so in some way of asking, and answered in none."""
    return set(given.values()) <= {status, 405} and status in given.values()


def test_every_address_has_a_rule() -> None:
    """No page can be added without saying who may open it."""
    silent = [str(address) for address in ADDRESSES if address.rule is None]

    assert silent == [], "give their views requires, own_account or for_anybody"


def test_every_name_in_an_address_is_known() -> None:
    """A guard finds the shop by the names in the address, so each is one that it knows."""
    named = {name for address in ADDRESSES if not address.of_the_api for name in address.names}

    assert named <= SUBJECTS.keys() | NARROWED_BY_THE_VIEW.keys()


def test_nothing_is_shown_before_signing_in(client: Client) -> None:
    """Every address that needs a login leads to the sign-in page, whatever is in it."""
    values = NARROWED_BY_THE_VIEW | dict.fromkeys(SUBJECTS, 1)
    wrong = []

    for address in BEHIND_A_LOGIN:
        for method in METHODS:
            answer = getattr(client, method)(address.filled(values))
            onward = answer.headers.get("Location", "").split("?")[0]
            fits = answer.status_code == 302 and onward == reverse("login")
            wrong += [] if fits else [f"{method} {address}"]

    assert wrong == []


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_in_every_shop(client: Client, here: Stall, role: Role | None) -> None:
    """Who lacks the right is refused in every way of asking; who has it is not."""
    client.force_login(somebody(role))
    values = values_of(here, 1029)
    wrong = []

    for address in RULED:
        path = address.filled(values)
        if role is not None and right_of(address) in RIGHTS[role]:
            # Looked at, not pressed: what it does is the business of its own test.
            fits = client.get(path).status_code != 403
        else:
            fits = refused_with(403, asked(client, path))
        wrong += [] if fits else [str(address)]

    assert wrong == []


# The least and the most: those between differ by rights alone, which the test above compares.
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OWNER])
def test_a_role_in_one_shop_only(
    client: Client, here: Stall, elsewhere: Stall, role: Role
) -> None:
    """A role in one shop counts there, opens nothing of another, and not the installation."""
    client.force_login(somebody(role, shop=here.shop.pk))
    own, other = values_of(here, 1029), values_of(elsewhere, 2029)
    wrong = []

    for address in RULED:
        everywhere, about_a_shop = rule_of(address).everywhere, names_a_shop(address)
        if everywhere or right_of(address) not in RIGHTS[role]:
            fits = refused_with(403, asked(client, address.filled(own)))
        else:
            fits = client.get(address.filled(own)).status_code != 403
        if about_a_shop and not everywhere:
            fits = fits and refused_with(404, asked(client, address.filled(other)))
        wrong += [] if fits else [str(address)]

    assert wrong == []


def test_no_form_works_from_another_site(here: Stall) -> None:
    """A POST without this session's token, or sent by another site's page, is refused."""
    values = values_of(here, 1029)
    client = Client(enforce_csrf_checks=True)
    client.force_login(somebody(Role.OWNER))
    trusting = Client()
    trusting.force_login(User.objects.get())
    wrong = []

    for address in BEHIND_A_LOGIN:
        path = address.filled(values)
        tokenless = client.post(path)
        foreign = trusting.post(path, headers={"Sec-Fetch-Site": "cross-site"})
        said = [str(each.content, "utf-8") for each in (tokenless, foreign)]
        fits = all("The page was too old" in words for words in said)
        wrong += [] if fits else [str(address)]

    assert wrong == []


def rule_of(address: Address) -> Rule:
    assert address.rule is not None
    return address.rule


def right_of(address: Address) -> Right:
    right = rule_of(address).right
    assert right is not None
    return right


def names_a_shop(address: Address) -> bool:
    return bool(SUBJECTS.keys() & set(address.names))


def test_the_api_answers_nobody_without_a_key(client: Client, here: Stall) -> None:
    """Every operation asks for a key, also of an owner who is signed in to the console."""
    values = values_of(here, 1029)
    client.force_login(somebody(Role.OWNER))
    wrong = []

    for address in ADDRESSES:
        if address.of_the_api and str(address) not in OPEN_OPERATIONS:
            given = asked(client, address.filled(values))
            wrong += [] if set(given.values()) <= {401, 405} else [f"{address}: {given}"]

    assert wrong == []
