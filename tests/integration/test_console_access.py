"""What each role is answered on the console's pages; tests/security looks at all there is."""

from collections.abc import Sequence

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from browser import console_orders
from kvitt.domain.errors import ConfigurationError
from kvitt.web import desk
from kvitt.web.accounts.roles import Role
from kvitt.web.console import urls as console_urls
from listening import ListeningDesk, listening

pytestmark = pytest.mark.django_db

SEEN_BY_ALL = dict.fromkeys(Role, 200) | {None: 403}
PRESSED_BY_OPERATORS = {
    None: 403,
    Role.VIEWER: 403,
    Role.OPERATOR: 302,
    Role.MANAGER: 302,
    Role.OWNER: 302,
}
PRESSED_BY_MANAGERS = PRESSED_BY_OPERATORS | {Role.OPERATOR: 403}
LED_ON = dict.fromkeys(Role, 302) | {None: 302}

#: Name of the address → its method, and the answer to each role; None is no role at all.
MATRIX = {
    "home": ("get", LED_ON),
    "orders": ("get", SEEN_BY_ALL),
    "order": ("get", SEEN_BY_ALL),
    "live": ("get", SEEN_BY_ALL),
    "of-shop": ("get", dict.fromkeys(Role, 302) | {None: 403}),
    "attention": ("get", SEEN_BY_ALL),
    "look-again": ("post", PRESSED_BY_OPERATORS),
    "retry": ("post", PRESSED_BY_OPERATORS),
    "retry-all": ("post", PRESSED_BY_OPERATORS),
    "approve": ("post", PRESSED_BY_MANAGERS),
    "decline": ("post", PRESSED_BY_MANAGERS),
    "assign": ("post", PRESSED_BY_OPERATORS),
    "snooze": ("post", PRESSED_BY_OPERATORS),
    "download": ("get", SEEN_BY_ALL),
    "keep-view": ("post", dict.fromkeys(Role, 302) | {None: 403}),
    "activity": ("get", SEEN_BY_ALL),
    "dashboard": ("get", SEEN_BY_ALL),
    "inbox": ("get", SEEN_BY_ALL),
    "settings": ("get", dict.fromkeys(Role, 200) | {None: 200}),
    "keys": ("get", dict.fromkeys(Role, 200) | {None: 200}),
    "logout": ("post", LED_ON),
    "confirm": ("get", dict.fromkeys(Role, 200) | {None: 200}),
}


#: Addresses that name an order.
OF_AN_ORDER = {
    "order",
    "live",
    "look-again",
    "retry",
    "of-shop",
    "approve",
    "decline",
    "assign",
    "snooze",
}

__all__ = ["listening"]


@pytest.fixture
def order_id() -> int:
    return console_orders.held(console_orders.open_stall(timezone.now())).pk


def address(name: str, order_id: int) -> str:
    patterns: Sequence[object] = console_urls.urlpatterns
    spaced = any(isinstance(each, URLPattern) and each.name == name for each in patterns)
    full = f"console:{name}" if spaced else name
    if name in OF_AN_ORDER:
        return reverse(full, args=[order_id])
    return reverse(full)


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("name", MATRIX)
def test_each_role_may_do_what_the_table_says(
    client: Client, name: str, role: Role | None, order_id: int
) -> None:
    """Every address answers every role as the table says."""
    client.force_login(console_orders.person(role))
    method, answers = MATRIX[name]

    answer = getattr(client, method)(address(name, order_id))

    assert answer.status_code == answers[role]


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("name", ["look-again", "retry", "retry-all"])
def test_nothing_is_asked_by_opening_an_address(
    client: Client, name: str, order_id: int
) -> None:
    """A link, a prefetch or a crawler can press no button; a person is told where to go."""
    client.force_login(console_orders.person(Role.OWNER))

    answer = client.get(address(name, order_id))

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "Nothing was done." in str(answer.content, "utf-8")
    assert client.options(address(name, order_id)).content == b""


def test_the_desk_is_told_who_asks(
    client: Client, listening: ListeningDesk, order_id: int
) -> None:
    """What an operator presses reaches the desk with the operator's name."""
    client.force_login(console_orders.person(Role.OPERATOR, name="anna"))

    client.post(address("look-again", order_id))
    client.post(address("retry", order_id))
    client.post(address("retry-all", order_id))

    assert listening.asked == [
        ("look again", order_id, "anna"),
        ("retry", order_id, "anna"),
        ("retry", order_id, "anna"),
    ]


def test_a_refusal_of_the_desk_is_told_in_its_words(
    client: Client, listening: ListeningDesk, order_id: int
) -> None:
    """What cannot be tried again is answered on the page, with the reason."""
    client.force_login(console_orders.person(Role.OPERATOR))
    listening.refused.add(order_id)

    one = client.post(address("retry", order_id), follow=True)
    all_of_them = client.post(address("retry-all", order_id), follow=True)

    assert "There is nothing to try again." in str(one.content, "utf-8")
    assert "1 order cannot be tried again as it is" in str(all_of_them.content, "utf-8")


def test_retrying_nothing_says_so(client: Client, listening: ListeningDesk) -> None:
    """Retry all with nothing waiting does nothing and says it."""
    client.force_login(console_orders.person(Role.OPERATOR))

    answer = client.post(reverse("console:retry-all"), follow=True)

    assert "Nothing was waiting." in str(answer.content, "utf-8")
    assert listening.asked == []


@pytest.mark.parametrize("name", ["order", "live"])
@pytest.mark.parametrize("missing", [999, 2**63, 10**40])
def test_an_order_that_is_not_there_is_not_found(
    client: Client, name: str, missing: int
) -> None:
    """An order nobody knows, or no database can hold, is a page in words."""
    client.force_login(console_orders.person(Role.VIEWER))

    answer = client.get(address(name, missing))

    assert answer.status_code == 404
    assert "There is no such page or order." in str(answer.content, "utf-8")


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("name", ["look-again", "retry"])
def test_nothing_is_asked_of_an_order_that_is_not_there(client: Client, name: str) -> None:
    """A button for an order nobody knows is not found."""
    client.force_login(console_orders.person(Role.OWNER))

    assert client.post(address(name, 999)).status_code == 404


def test_a_console_without_a_desk_says_what_is_missing(listening: ListeningDesk) -> None:
    """Asking before bootstrap has set a desk is a setting to mend."""
    del listening
    desk.use(None)

    with pytest.raises(ConfigurationError, match=r"desk\.use"):
        desk.current()
