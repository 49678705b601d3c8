"""Identifiers in the shapes Klarna's real ones have (klarna-api.md §5).

Each kind is its own counted stream, so the third order has the same id whatever
else was asked meanwhile. With a seed the streams are the same in every run.
"""

import hashlib
import secrets
import threading

#: Upper-case letters and digits, as in `4K7Q6QF6`.
_REFERENCE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_REFERENCE_LENGTH = 8


class Ids:
    """A source of identifiers; `drawn` says how many of each kind were given out."""

    def __init__(self, seed: str | None = None) -> None:
        self.seed = seed or secrets.token_hex(16)
        self.drawn: dict[str, int] = {}
        self._lock = threading.Lock()

    def order_id(self) -> str:
        """Return an order id: 8-4-4-4-12 hex, on purpose not always an RFC 4122 version."""
        return _dashed(self._draw("order").hex())

    def uuid(self, kind: str) -> str:
        """Return a version 4 UUID of a stream named `kind`."""
        digits = list(self._draw(kind).hex())
        digits[12] = "4"
        digits[16] = "89ab"[int(digits[16], 16) % 4]
        return _dashed("".join(digits))

    def klarna_reference(self) -> str:
        """Return a short id for customers, such as `4K7Q6QF6`."""
        number = int.from_bytes(self._draw("reference"))
        letters = []
        for _ in range(_REFERENCE_LENGTH):
            number, letter = divmod(number, len(_REFERENCE_ALPHABET))
            letters.append(_REFERENCE_ALPHABET[letter])
        return "".join(letters)

    def _draw(self, kind: str) -> bytes:
        with self._lock:
            self.drawn[kind] = count = self.drawn.get(kind, 0) + 1
        return hashlib.sha256(f"{self.seed}:{kind}:{count}".encode()).digest()


def _dashed(digits: str) -> str:
    parts = digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]
    return "-".join(parts)
