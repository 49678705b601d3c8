"""What may name a person or open a door, encrypted at rest.

The law: what does not open is an error, never an empty string. Each sealed text
carries what it is for, so that a text moved to another row or column does not open.
The first key seals; all of them open, so that keys can be replaced without a pause.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kvitt.domain.errors import ConfigurationError
from kvitt.settings import Settings

_BETWEEN = "\x00"


class Vault:
    """Seals and opens short texts."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ConfigurationError(
                "there is no encryption key: start kvitt once, or set KVITT_ENCRYPTION_KEYS"
            )
        try:
            self._each = [Fernet(key) for key in keys]
            self._fernet = MultiFernet(self._each)
        except ValueError:
            raise ConfigurationError(
                "an encryption key is damaged: each must be the URL-safe Base64 of 32 bytes"
            ) from None
        # Apart from the keys that encrypt: a mark must tell nothing about those.
        self._marking = [hmac.digest(key, b"kvitt marks", sha256) for key in keys]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the vault of an installation."""
        return cls([key.get_secret_value().encode() for key in settings.encryption_keys])

    def __repr__(self) -> str:
        return "Vault(…)"

    def seal(self, text: str, *, context: str) -> str:
        """Encrypt a text for one purpose."""
        return self._fernet.encrypt(f"{context}{_BETWEEN}{text}".encode()).decode("ascii")

    def open(self, sealed: str, *, context: str) -> str:
        """Decrypt a text that was sealed for this purpose. Raises ConfigurationError."""
        try:
            opened = self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise ConfigurationError(
                f"what is stored as {context} does not open with the encryption keys given: "
                "put back the keys it was sealed with"
            ) from None
        purpose, _, text = opened.partition(_BETWEEN)
        if purpose != context:
            raise ConfigurationError(f"what is stored as {context} was sealed elsewhere")
        return text

    def marks(self, text: str) -> tuple[str, ...]:
        """Return the text's mark under each key, the present one first.

        Equal texts have equal marks, and nobody without a key can make or undo one: so a
        text can be looked for that is not kept.
        """
        return tuple(
            hmac.new(key, text.encode(), sha256).hexdigest()[:32] for key in self._marking
        )

    def place_of(self, sealed: str) -> int:
        """Return which key has sealed a text, 0 for the first; -1 where none of these has."""
        for place, key in enumerate(self._each):
            try:
                key.decrypt(sealed.encode())
            except InvalidToken:
                continue
            return place
        return -1

    def is_current(self, sealed: str) -> bool:
        """Say whether the first key has sealed a text."""
        return self.place_of(sealed) == 0

    def rotate(self, sealed: str) -> str:
        """Encrypt a text again under the first key, for the same purpose.

        Raises ConfigurationError.
        """
        try:
            return self._fernet.rotate(sealed.encode()).decode("ascii")
        except InvalidToken:
            raise ConfigurationError(
                "something that is stored does not open with the encryption keys given: "
                "put back the keys it was sealed with"
            ) from None
