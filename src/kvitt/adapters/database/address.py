"""From the URL of a database to what Django is told of it. Imports no Django."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from kvitt.domain.errors import ConfigurationError

#: A busy writer is waited for this long, seconds.
SQLITE_TIMEOUT = 20
# WAL lets readers and the one writer pass each other; only synchronous=FULL keeps an
# acknowledged commit through a power loss (https://www.sqlite.org/pragma.html#pragma_synchronous).
# What is deleted is overwritten with zeros, or it could be read in the file for years
# (https://www.sqlite.org/pragma.html#pragma_secure_delete).
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"

#: A connection is opened anew after this long, seconds: after a failover the name of the
#: server may lead elsewhere. One that broke is found by Django before it is used again.
POSTGRESQL_AGE = 600
# Milliseconds. A lock is waited for shorter than a delivery is (writer.py: 15 s), so that a
# webhook gets its 503 while the shop still listens; no question of ours takes half a minute,
# and a worker that hangs there is free long before its lease ends; a transaction that was
# left open would hold an order's row for ever.
POSTGRESQL_LIMITS = {
    "lock_timeout": 10_000,
    "statement_timeout": 30_000,
    "idle_in_transaction_session_timeout": 60_000,
}
# What the journal rests on, whatever the server or a role has as its own default. A writer that
# has waited for an order's row must see that its lease was taken meanwhile, which only *read
# committed* lets it, and what was noted before a call is sent must outlive a power cut
# (https://www.postgresql.org/docs/current/transaction-iso.html, …/wal-async-commit.html).
POSTGRESQL_PROMISES = {
    "default_transaction_isolation": r"read\ committed",
    "synchronous_commit": "on",
}
# Limits of the server cannot help where the server is gone without a word: then the network
# says so (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS).
POSTGRESQL_NETWORK = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
#: What may stand behind the ``?``: where the server is, and how it is known to be the one.
POSTGRESQL_WORDS = frozenset(
    {
        *(
            "host",
            "sslmode",
            "sslrootcert",
            "sslcert",
            "sslkey",
            "sslpassword",
            "channel_binding",
        ),
        *("target_session_attrs", "application_name", "connect_timeout", "passfile", "service"),
    }
)


def parse(url: str, *, find: Callable[[str], object] = find_spec) -> dict[str, Any]:
    """Return Django's description of a database. Raises ConfigurationError."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and parts.path.startswith("/"):
        return _sqlite(url.removeprefix("sqlite:///"))
    if parts.scheme in {"postgres", "postgresql"}:
        if find("psycopg") is None:
            raise ConfigurationError(
                "KVITT_DATABASE_URL names a PostgreSQL, whose driver is not installed: "
                "pip install 'kvitt[postgresql]'"
            )
        return _postgresql(parts)
    raise ConfigurationError(
        "KVITT_DATABASE_URL must be like sqlite:////var/lib/kvitt/kvitt.sqlite3 or "
        "postgresql://user:password@host:5432/name"
    )


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # A bounded number of threads keeps its connections: opening costs more than asking.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": SQLITE_TIMEOUT,
            # A deferred transaction that turns into a writer fails at once when another
            # has written; an immediate one waits its turn.
            "transaction_mode": "IMMEDIATE",
            "init_command": SQLITE_PRAGMAS,
        },
        # A file, since threads of a test cannot share an in-memory database under WAL.
        "TEST": {"NAME": f"{path}.test"},
    }


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    try:
        port = parts.port
    except ValueError:
        raise ConfigurationError("KVITT_DATABASE_URL has a port that is no number") from None
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ConfigurationError(
            "KVITT_DATABASE_URL names no database: it ends like @host:5432/name"
        )
    words = _words(parts.query)
    asked = {**POSTGRESQL_LIMITS, **POSTGRESQL_PROMISES}
    limits = " ".join(f"-c {name}={value}" for name, value in asked.items())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A folder, where the server listens at a socket of this machine.
        "HOST": words.pop("host", "") or parts.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": POSTGRESQL_AGE,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **POSTGRESQL_NETWORK,
            "application_name": "kvitt",
            "options": limits,
            **words,
        },
    }


def _words(query: str) -> dict[str, str]:
    """Return what stands behind the ``?``; a word nobody knows must not pass as heeded."""
    try:
        words = dict(parse_qsl(query, strict_parsing=True)) if query else {}
    except ValueError:
        raise ConfigurationError(
            "KVITT_DATABASE_URL must be like ...?sslmode=require behind the question mark"
        ) from None
    unknown = sorted(words.keys() - POSTGRESQL_WORDS)
    if unknown:
        raise ConfigurationError(
            f"KVITT_DATABASE_URL says {unknown[0]} behind the question mark; "
            f"it may say {', '.join(sorted(POSTGRESQL_WORDS))}"
        )
    return words
