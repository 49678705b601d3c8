"""Which of Klarna's services credentials belong to, found out without moving anything."""

import pytest

from kvitt.adapters.addresses import WITH_LOOPBACK
from kvitt.adapters.exchange import Deadlines, Reply, Request
from kvitt.adapters.http import Http
from kvitt.adapters.klarna.recognise import NO_ORDER, Recogniser, environment_of
from kvitt.domain.errors import NotConnectable, Unreachable
from kvitt.domain.newcomer import GivenAccount
from kvitt.domain.shop import Trouble
from unit.adapters.samples import answer

REFUSED = Reply(401, {"content-type": "text/html"}, b"<html>401</html>")
NO_SUCH_ORDER = answer(404, {"error_code": "NO_SUCH_ORDER"})


class Hosts(Http):
    """Answers by host, and keeps who was shown the credentials."""

    def __init__(self, **answers: Reply) -> None:
        super().__init__(policy=WITH_LOOPBACK)
        self.answers = answers
        self.shown: list[str] = []
        self.paths: set[tuple[str, str]] = set()

    def send(
        self, request: Request, *, base_url: str, deadlines: Deadlines, limit: int = 0
    ) -> Reply:
        """Give the host's answer; one without an answer cannot be reached."""
        assert deadlines.total
        assert limit
        self.shown.append(base_url)
        self.paths.add((request.method, request.path))
        name = base_url.removeprefix("https://").replace(".", "_").replace("-", "_")
        if name not in self.answers:
            raise Unreachable("no connection")
        return self.answers[name]


@pytest.mark.parametrize(
    ("given", "environment"),
    [
        (GivenAccount(password="klarna_test_api_x"), "playground"),
        (GivenAccount(password="klarna_live_api_x"), "live"),
        (GivenAccount(password="kco_test_api_x"), "playground"),
        (GivenAccount(username="PK12345_ab", password="secret"), "playground"),
        (GivenAccount(username="K12345_ab", password="secret"), "live"),
        (GivenAccount(username="PN12345_ab", password="secret"), "playground"),
        (
            GivenAccount(username="a-uuid", password="secret", environment="playground"),
            "playground",
        ),
    ],
)
def test_the_environment_is_written_in_most_credentials(
    given: GivenAccount, environment: str
) -> None:
    """In the key, in the older merchant id, or said by a person."""
    assert environment_of(given) == environment


def test_the_region_is_the_one_that_accepts() -> None:
    """Europe refuses, North America knows no such order: so it is an account of hers."""
    http = Hosts(api_playground_klarna_com=REFUSED, api_na_playground_klarna_com=NO_SUCH_ORDER)
    given = GivenAccount(username="PN1_a", password="secret")
    known = Recogniser(http=http).recognise(given)

    assert (known.region, known.environment) == ("na", "playground")
    assert http.paths == {("GET", f"/ordermanagement/v1/orders/{NO_ORDER}")}


@pytest.mark.parametrize(
    ("password", "never"),
    [
        pytest.param("klarna_test_api_x", ("api.klarna", "kustom"), id="test"),
        pytest.param("klarna_live_api_x", ("playground", "kustom"), id="live"),
        pytest.param("kco_test_api_x", ("klarna", "https://api.kustom.co"), id="Kustom's"),
        pytest.param("kco_live_api_x", ("klarna", "playground"), id="Kustom's live"),
    ],
)
def test_a_key_is_shown_to_hosts_of_its_own_only(password: str, never: tuple[str, ...]) -> None:
    """No playground key reaches a live host, none the reverse, and Klarna's not Kustom's."""
    http = Hosts()
    with pytest.raises(NotConnectable) as refusal:
        Recogniser(http=http).recognise(GivenAccount(password=password))

    assert refusal.value.code == Trouble.KLARNA_UNREACHABLE
    assert http.shown
    assert not [url for url in http.shown if any(word in url for word in never)]


def test_credentials_that_nobody_takes_are_refused() -> None:
    """All three regions have said no."""
    http = Hosts(
        api_playground_klarna_com=REFUSED,
        api_na_playground_klarna_com=REFUSED,
        api_oc_playground_klarna_com=REFUSED,
    )
    with pytest.raises(NotConnectable) as refusal:
        Recogniser(http=http).recognise(GivenAccount(password="klarna_test_api_x"))

    assert refusal.value.code == Trouble.KLARNA_REFUSED
    assert len(http.shown) == 3


def test_where_nothing_says_which_a_person_is_asked_and_no_host() -> None:
    """A UUID and a password could be of either environment."""
    http = Hosts()
    with pytest.raises(NotConnectable) as refusal:
        Recogniser(http=http).recognise(GivenAccount(username="a-uuid", password="secret"))

    assert refusal.value.code == Trouble.KLARNA_ENVIRONMENT
    assert http.shown == []
