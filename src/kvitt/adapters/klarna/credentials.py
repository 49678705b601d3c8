"""What we show Klarna to be let in, in both of its forms.

The law: neither form is ever printed, and a key of one environment is never carried to
the other (klarna-api.md §2).
"""

import re
from base64 import b64encode
from dataclasses import dataclass, field

from kvitt.adapters.klarna.regions import LIVE, PLAYGROUND
from kvitt.domain.errors import ConfigurationError

# klarna_test_api_…, klarna_live_client_…, kco_live_api_… (klarna-api.md §2, §12).
_KEY = re.compile(r"(?:klarna|kco)_(?P<environment>live|test)_(?P<use>api|client)_")
_ENVIRONMENTS = {"live": LIVE, "test": PLAYGROUND}


@dataclass(frozen=True, kw_only=True, slots=True)
class KlarnaCredentials:
    """A user name with its password, or an API key alone."""

    #: Empty for a bare API key.
    username: str = field(default="", repr=False)
    #: The API key, or the shared secret of an older account.
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.password:
            raise ConfigurationError("Klarna's API key is missing")
        for text in (self.username, self.password):
            _check(text)
        if ":" in self.username:
            raise ConfigurationError("Klarna's user name cannot contain a colon")
        if not self.username and not _KEY.match(self.password):
            raise ConfigurationError(
                "Klarna's user name is missing: only a key such as klarna_test_api_… "
                "goes without one"
            )

    @property
    def authorization(self) -> str:
        """Return the header's value. A bare key stands there as it is, not in base64."""
        if not self.username:
            return f"Basic {self.password}"
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {b64encode(pair).decode()}"

    def check_environment(self, environment: str) -> None:
        """Raise ConfigurationError for a key that says it is of the other environment."""
        key = _KEY.match(self.password)
        if key and _ENVIRONMENTS[key["environment"]] != environment:
            raise ConfigurationError(f"this Klarna key is not one of {environment}")


def _check(text: str) -> None:
    key = _KEY.match(text)
    if key and key["use"] == "client":
        raise ConfigurationError(
            "this is Klarna's client id, which is public and opens nothing: "
            "use the API key, klarna_…_api_…"
        )
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ConfigurationError("Klarna's credentials hold a character that no key has")
