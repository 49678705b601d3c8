"""Signatures of Standard Webhooks, for what is sent and what is taken. Pure.

The law: what is signed is ``id.timestamp.body`` with the raw bytes of the body, and a
message is taken only near the time it bears, so that a copy of it is worth nothing later.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from kvitt.domain.errors import ConfigurationError, WebhookRejected

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: How far a sender's clock may be off, and how long a message may travel.
TOLERANCE = timedelta(minutes=5)
_VERSION = "v1,"
_SECRET = "whsec_"  # noqa: S105 - the word that secrets of this kind begin with
#: The specification allows 24 to 64 bytes.
SECRET_BYTES = 32


def secret_of(random: bytes) -> str:
    """Return random bytes as a secret is written: ``whsec_`` and Base64."""
    return _SECRET + b64encode(random).decode()


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret. Raises ConfigurationError."""
    try:
        return b64decode(secret.removeprefix(_SECRET), validate=True)
    except (NotBase64, ValueError):
        raise ConfigurationError("a webhook's secret is whsec_ and Base64") from None


def headers(
    body: bytes, *, message: str, at: datetime, keys: Sequence[bytes]
) -> dict[str, str]:
    """Return the three headers of a message, with a signature by each key, the newest first."""
    moment = str(int(at.timestamp()))
    signed = (sign(body, message=message, timestamp=moment, key=key) for key in keys)
    return {ID: message, TIMESTAMP: moment, SIGNATURE: " ".join(signed)}


def sign(body: bytes, *, message: str, timestamp: str, key: bytes) -> str:
    """Return one signature, as ``webhook-signature`` holds it."""
    text = f"{message}.{timestamp}.".encode() + body
    return _VERSION + b64encode(hmac.digest(key, text, sha256)).decode()


def check(
    body: bytes, *, given: Mapping[str, str], keys: Sequence[bytes], now: datetime
) -> str:
    """Return the id of a message that one of the keys has signed. Raises WebhookRejected."""
    message, moment = given.get(ID, ""), given.get(TIMESTAMP, "")
    if not message or not (moment.isascii() and moment.isdigit()):
        raise WebhookRejected("the message bears no id or no time")
    if abs(int(now.timestamp()) - int(moment[:12])) > TOLERANCE.total_seconds():
        raise WebhookRejected("the message is too old, or the sender's clock is wrong")
    ours = [
        sign(body, message=message, timestamp=moment, key=key).encode() for key in keys if key
    ]
    theirs = [word.encode(errors="replace") for word in given.get(SIGNATURE, "").split()]
    # Every pair is compared, so that the time tells nothing about which one matched.
    matches = [hmac.compare_digest(one, other) for one in ours for other in theirs]
    if not any(matches):
        raise WebhookRejected("the message is not signed with this secret")
    return message
