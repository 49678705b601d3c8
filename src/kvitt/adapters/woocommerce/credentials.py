"""A shop's REST key. Never printed."""

from base64 import b64encode
from dataclasses import dataclass, field

from kvitt.domain.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreCredentials:
    """The two halves of a key, as WooCommerce shows them once."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        for text in (self.consumer_key, self.consumer_secret):
            if not text or not (text.isascii() and text.isprintable()) or " " in text:
                raise ConfigurationError("the shop's REST key is missing or damaged")
        if ":" in self.consumer_key:
            raise ConfigurationError("the shop's consumer key cannot contain a colon")

    @property
    def authorization(self) -> str:
        """Return the header's value for shops with TLS."""
        pair = f"{self.consumer_key}:{self.consumer_secret}".encode()
        return f"Basic {b64encode(pair).decode()}"
