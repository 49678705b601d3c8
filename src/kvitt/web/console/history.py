"""The timeline of an order in words.

Rows hold codes and figures; what they mean is said here, in the reader's language,
so that an old row is read in words of today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kvitt.adapters.database.models import TimelineRow
from kvitt.domain.money import Money
from kvitt.web.console import text, words


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One row of the timeline."""

    at: datetime
    actor: str
    what: Any
    #: What call it was and of how much; empty where it was none.
    call: str
    text: str
    #: What was seen to have changed: a name and its new value.
    seen: tuple[tuple[Any, str], ...]
    correlation_id: str


def happening_of(row: TimelineRow) -> Happening:
    """Return a row of the timeline in words."""
    facts: Mapping[str, Any] = row.data if isinstance(row.data, dict) else {}
    return Happening(
        at=row.at,
        actor=row.actor,
        what=words.HAPPENINGS.get(row.what, row.what.replace("_", " ").capitalize()),
        call=_call(facts),
        text=row.text or str(facts.get("reason") or ""),
        seen=tuple(_seen(facts)),
        correlation_id=str(facts.get("correlation_id") or ""),
    )


def _call(facts: Mapping[str, Any]) -> str:
    if "minor" not in facts:
        return ""
    amount = text.money(Money(int(facts["minor"]), str(facts.get("currency", ""))))
    name = words.CALLS.get(str(facts.get("kind", "")), "")
    return f"{name} {amount}".strip()


def _seen(facts: Mapping[str, Any]) -> list[tuple[Any, str]]:
    currency = str(facts.get("currency", ""))
    return [
        (name, _value(code, facts[code], currency))
        for code, name in words.SEEN.items()
        if facts.get(code) not in {None, ""}
    ]


def _value(code: str, value: Any, currency: str) -> str:
    if code.endswith("_minor"):
        return text.money(Money(int(value), currency))
    if code == "store_status":
        return str(words.store_status(str(value)).text)
    if code == "klarna_status":
        return str(words.klarna_status(str(value)).text)
    judged = words.fraud_status(str(value))
    return str(judged.text if judged else words.ACCEPTED.get(str(value), value))
