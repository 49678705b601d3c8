"""What a delivery is about. Read only after its signature was found good.

The topic header is not signed and so decides nothing (woocommerce-facts.md §10);
what the body is shows by its own fields. Nothing here raises on any bytes.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from kvitt.domain.ids import StoreOrderId

#: An order's body has both; a product's or a customer's has neither.
_ORDER_MARKS = frozenset({"order_key", "line_items"})
_LARGEST_ID = 2**63 - 1


class What(StrEnum):
    """What a delivery was; the values are those of the inbox's rows."""

    ACCEPTED = "accepted"
    UNREADABLE = "unreadable"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a body says."""

    what: What
    order_id: StoreOrderId | None = None


_UNREADABLE = Reading(what=What.UNREADABLE)
_IGNORED = Reading(what=What.IGNORED)


def read(body: bytes) -> Reading:
    """Return which order a signed body names, if it names one."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return _UNREADABLE
    if not isinstance(told, dict):
        return _UNREADABLE
    if _is_error(told):
        return _IGNORED
    number = told.get("id")
    if type(number) is not int or not 0 < number <= _LARGEST_ID:
        return _UNREADABLE
    # order.deleted is the id and nothing else; what else has an id is not an order.
    if told.keys() == {"id"} or told.keys() >= _ORDER_MARKS:
        return Reading(what=What.ACCEPTED, order_id=StoreOrderId(number))
    return _IGNORED


def _is_error(told: dict[str, object]) -> bool:
    """Say whether this is what the shop delivers of an order that is gone meanwhile."""
    return "id" not in told and told.keys() >= {"code", "message"}
