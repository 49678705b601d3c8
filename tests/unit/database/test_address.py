"""From the URL of a database to what Django is told."""

import pytest

from kvitt.adapters.database import address
from kvitt.domain.errors import ConfigurationError


def test_a_path_is_sqlite() -> None:
    """Four slashes are an absolute path; commits survive a power loss."""
    told = address.parse("sqlite:////var/lib/kvitt/kvitt.sqlite3")

    assert told["ENGINE"].endswith("sqlite3")
    assert told["NAME"] == "/var/lib/kvitt/kvitt.sqlite3"
    assert "synchronous=FULL" in told["OPTIONS"]["init_command"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_server_is_postgresql(scheme: str) -> None:
    """Each part of the URL has its place; escapes are undone."""
    told = address.parse(f"{scheme}://kvitt:p%40ss%2Fword@db.example:6432/the%20shop")

    assert told["ENGINE"].endswith("postgresql")
    assert (told["USER"], told["PASSWORD"]) == ("kvitt", "p@ss/word")
    assert (told["HOST"], told["PORT"], told["NAME"]) == ("db.example", "6432", "the shop")


def test_a_server_on_this_machine_may_listen_at_a_socket() -> None:
    """``host`` behind the question mark is the socket's folder."""
    told = address.parse("postgresql:///kvitt?host=/run/postgresql")

    assert (told["HOST"], told["NAME"]) == ("/run/postgresql", "kvitt")


def test_how_the_server_is_known_is_passed_on() -> None:
    """TLS and failover are libpq's, and come before what is ours."""
    told = address.parse(
        "postgresql://kvitt@db/kvitt?sslmode=verify-full&sslrootcert=/etc/ca.pem"
        "&target_session_attrs=read-write&connect_timeout=3"
    )

    assert told["OPTIONS"]["sslmode"] == "verify-full"
    assert told["OPTIONS"]["sslrootcert"] == "/etc/ca.pem"
    assert told["OPTIONS"]["target_session_attrs"] == "read-write"
    assert told["OPTIONS"]["connect_timeout"] == "3"


def test_nothing_waits_for_a_server_for_ever() -> None:
    """A lock is given up before a webhook is; a question before a lease ends."""
    told = address.parse("postgresql://kvitt@db/kvitt")["OPTIONS"]

    assert "lock_timeout=10000" in told["options"]
    assert "statement_timeout=30000" in told["options"]
    assert told["connect_timeout"] == 10
    assert told["tcp_user_timeout"] == 30_000


def test_a_driver_that_is_not_installed_is_said() -> None:
    """The sentence is the command that brings it."""
    with pytest.raises(ConfigurationError, match=r"pip install 'kvitt\[postgresql\]'"):
        address.parse("postgresql://kvitt@db/kvitt", find=lambda _: None)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://hunter2@db/kvitt", "must be like"),
        ("kvitt.sqlite3", "must be like"),
        ("sqlite://kvitt.sqlite3", "must be like"),
        ("postgresql://kvitt:hunter2@db:port/kvitt", "port that is no number"),
        ("postgresql://kvitt:hunter2@db", "names no database"),
        ("postgresql://kvitt:hunter2@db/", "names no database"),
        ("postgresql://kvitt:hunter2@db/kvitt?ssl=on", "says ssl behind"),
        ("postgresql://kvitt:hunter2@db/kvitt?options=-cfsync%3Doff", "says options behind"),
        ("postgresql://kvitt:hunter2@db/kvitt?sslmode", "sslmode=require"),
    ],
)
def test_a_url_that_cannot_work_is_explained(url: str, says: str) -> None:
    """One sentence names the setting and the mistake, and never repeats the password."""
    with pytest.raises(ConfigurationError, match="KVITT_DATABASE_URL") as raised:
        address.parse(url)

    assert says in str(raised.value)
    assert "hunter2" not in str(raised.value)
