"""From the URL of a database to what Django is told of it. Imports no Django."""

from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from kvitt.domain.errors import ConfigurationError

#: A busy writer is waited for this long, seconds.
SQLITE_TIMEOUT = 20
# WAL lets readers and the one writer pass each other; only synchronous=FULL keeps an
# acknowledged commit through a power loss (https://www.sqlite.org/pragma.html#pragma_synchronous).
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"


def parse(url: str) -> dict[str, Any]:
    """Return Django's description of a database. Raises ConfigurationError."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and parts.path.startswith("/"):
        return _sqlite(url.removeprefix("sqlite:///"))
    if parts.scheme in {"postgres", "postgresql"}:
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
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
