"""What all steps share: their kinds, Klarna's limits, and what a call without a body is."""

from collections.abc import Mapping
from enum import StrEnum

from kvitt.domain.lines import Json

#: Klarna's limit on ``reference`` and ``description``.
REFERENCE_LIMIT = 255
#: Klarna's limit on a parcel's number and company (klarna-api.md §5.3).
PARCEL_LIMIT = 100


class Kind(StrEnum):
    """What a step asks for."""

    CANCEL = "cancel"
    CAPTURE = "capture"
    UPDATE = "update"
    REFUND = "refund"
    RELEASE = "release"
    EXTEND = "extend"
    REFERENCES = "references"
    CUSTOMER = "customer"
    TRACKING = "tracking"
    RESEND = "resend"
    DUE_DATE = "due_date"


class WithoutBody:
    """A call that says everything by its address, and so is sent without a body."""

    __slots__ = ()

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return nothing."""
        del reference
        return {}


def parcel(number: str, company: str) -> dict[str, Json]:
    """Return an element of ``shipping_info``."""
    body: dict[str, Json] = {"tracking_number": number[:PARCEL_LIMIT]}
    if company:
        body["shipping_company"] = company[:PARCEL_LIMIT]
    return body
