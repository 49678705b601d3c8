"""What a shop hears while the database is away: never 200 for what is not stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections

from contract.rows import in_threads
from integration.test_hooks import ORDER, Site, site
from kvitt.adapters.database.models import Delivery, Order
from services import postgresql

__all__ = ["site"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("each_database"),
]


@contextmanager
def away(nowhere: Path) -> Iterator[None]:
    """Let every connection that is opened meanwhile find no database."""
    described = connections.settings["default"]
    name = "HOST" if connection.vendor == "postgresql" else "NAME"
    before = described[name]
    described[name] = str(nowhere / "nothing")
    try:
        yield
    finally:
        described[name] = before


def test_nothing_is_acknowledged_while_the_database_is_away(site: Site, tmp_path: Path) -> None:
    """The shop hears 503; when the database is back, the same process takes deliveries."""
    answers: list[str] = []

    def post() -> None:
        answers.append(site.post_signed(ORDER))

    with away(tmp_path):
        in_threads(post, post)
    in_threads(post)

    assert answers == ["503 Service Unavailable", "503 Service Unavailable", "200 OK"]
    assert Delivery.objects.count() == 1
    assert Order.objects.get().wanted == 1


def test_a_connection_that_breaks_costs_at_most_one_answer(
    site: Site, each_database: str
) -> None:
    """After the server has hung up, what is answered 200 is stored and the rest is not."""
    answers = [site.post_signed(ORDER)]
    if each_database == "postgresql":
        described = connections.settings["default"]
        url = f"postgresql://kvitt@/{described['NAME']}?host={described['HOST']}"
        postgresql.query(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        connection.close()
    answers += [site.post_signed(ORDER) for _ in range(3)]

    assert answers[2:] == ["200 OK", "200 OK"]
    assert Order.objects.get().wanted == answers.count("200 OK")
