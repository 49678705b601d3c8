"""Who is let in: klarna-api.md §2."""

import base64

import pytest

from contract.sandbox_klarna.till import ORDERS, PASSWORD, USER, Till, code_of
from kvitt.sandbox.klarna import Merchant, Settings

KEY = "klarna_test_api_0a1b2c"
UUID = "5c0a1b2c-0000-4000-8000-000000000000"


def _pair(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def keyed() -> Till:
    """A merchant with the newer kind of credentials too."""
    merchant = Merchant(
        merchant_id=USER, username=UUID, password=PASSWORD, api_keys=(KEY, "klarna_live_api_x")
    )
    return Till(settings=Settings(merchants=(merchant,)))


@pytest.mark.parametrize(
    "header",
    [
        _pair(UUID, PASSWORD),
        _pair(UUID, KEY),
        _pair("", KEY),
        f"Basic {KEY}",
        f"basic {KEY}",
    ],
)
def test_who_is_let_in(keyed: Till, header: str) -> None:
    """A pair opens, and so does a test key: bare, or as the password."""
    oid = keyed.place()

    answer = keyed.call("GET", f"{ORDERS}/{oid}", auth=None, headers={"Authorization": header})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        f"Bearer {KEY}",
        _pair(USER, "wrong"),
        _pair("wrong", KEY),
        "Basic klarna_test_api_unknown",
        "Basic klarna_live_api_x",
        _pair("", "klarna_live_api_x"),
        "Basic klarna_test_client_x",
        "Basic kco_test_api_x",
    ],
)
def test_who_is_not(keyed: Till, header: str) -> None:
    """Anything else gets the gateway's HTML page, without a correlation id."""
    oid = keyed.place()

    answer = keyed.call("GET", f"{ORDERS}/{oid}", auth=None, headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.mimetype == "text/html"
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="very closed site"'
    assert "<title>401 Authorization Required</title>" in answer.text
    assert "Klarna-Correlation-Id" not in answer.headers


def test_orders_belong_to_their_merchant(till: Till) -> None:
    """Another merchant's order is not there."""
    other = Merchant(merchant_id="PK2_other", password="other")
    till.books.settings = till.books.settings.with_merchant(other)
    oid = till.place()

    answer = till.call("GET", f"{ORDERS}/{oid}", auth=("PK2_other", "other"))

    assert code_of(answer) == (404, "NO_SUCH_ORDER")
