"""A carrier that answers from a script, and a shop that is asked through it."""

from collections.abc import Callable
from datetime import UTC, datetime

from kvitt.adapters.addresses import WITH_LOOPBACK
from kvitt.adapters.exchange import Deadlines, Reply, Request
from kvitt.adapters.http import Http
from kvitt.adapters.woocommerce.client import StoreClient, StoreCredentials
from unit.adapters.samples import Json, answer

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CANARY = "canary4711"


class ScriptedHttp(Http):
    """Keeps what was asked and gives the answers in turn; it never connects."""

    def __init__(self, *answers: Reply) -> None:
        super().__init__(policy=WITH_LOOPBACK)
        self.answers = list(answers)
        self.asked: list[Request] = []

    def send(
        self,
        request: Request,
        *,
        base_url: str,
        deadlines: Deadlines,
        limit: int = 0,
    ) -> Reply:
        """Give the next answer; anything beyond the script is a call too many."""
        assert base_url
        assert deadlines.total
        assert limit
        self.asked.append(request)
        return self.answers.pop(0)


def shop(
    *answers: Json | Reply, url: str = "https://shop.example"
) -> tuple[StoreClient, ScriptedHttp]:
    """Return a client of a shop that will answer so."""
    http = ScriptedHttp(*(a if isinstance(a, Reply) else answer(200, a) for a in answers))
    nonces: Callable[[], str] = iter("abcdefgh").__next__
    client = StoreClient(
        http,
        base_url=url,
        credentials=StoreCredentials(
            consumer_key=f"ck_{CANARY}", consumer_secret=f"cs_{CANARY}"
        ),
        now=lambda: NOW,
        nonce=nonces,
    )
    return client, http
