"""Steps: the calls a plan may hold.

A step is a value: it says what to ask of Klarna, in Klarna's own field names
(``body``), and why in a merchant's words (``reason``). Nothing here sends
anything; ``adapters/klarna`` does. ``intents.py`` gives each its key.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeAlias

from kvitt.domain.lines import Json
from kvitt.domain.steps.kinds import REFERENCE_LIMIT, Kind
from kvitt.domain.steps.moving import Cancel, Capture, Refund, Release, Update
from kvitt.domain.steps.telling import (
    AddTracking,
    Extend,
    ExtendDueDate,
    Resend,
    SetCustomer,
    SetReferences,
)

Step: TypeAlias = (
    Cancel
    | Capture
    | Update
    | Refund
    | Release
    | Extend
    | SetReferences
    | SetCustomer
    | AddTracking
    | Resend
    | ExtendDueDate
)


def digest_of(body: Mapping[str, Json]) -> str:
    """Return the SHA-256 of the canonical JSON of a body."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


__all__ = [
    "REFERENCE_LIMIT",
    "AddTracking",
    "Cancel",
    "Capture",
    "Extend",
    "ExtendDueDate",
    "Kind",
    "Refund",
    "Release",
    "Resend",
    "SetCustomer",
    "SetReferences",
    "Step",
    "Update",
    "digest_of",
]
