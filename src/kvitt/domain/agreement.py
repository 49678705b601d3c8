"""What the two halves last agreed on, in one text the journal keeps as it is.

The text holds the fingerprint of the shop's lines, a digest of the delivery address,
and the shop's refunds that lowered the authorization: money that was never taken must
not be given back when the order is captured later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from kvitt.domain.fingerprint import address_digest, fingerprint_of
from kvitt.domain.store_order import StoreOrder


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """The lines, the address and the refunds that Klarna's amount accounts for."""

    fingerprint: str
    address: str = ""
    #: Ids of the shop's refunds by which the authorization was lowered.
    absorbed: frozenset[int] = frozenset()

    @classmethod
    def on(cls, order: StoreOrder, absorbed: Iterable[int]) -> Self:
        """Return the agreement on an order as the shop has it now."""
        return cls(
            fingerprint=fingerprint_of(order),
            address=address_digest(order.shipping_address),
            absorbed=frozenset(absorbed),
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``render`` has written."""
        head, *refunds = text.split("+")
        fingerprint, _, address = head.partition("@")
        return cls(
            fingerprint=fingerprint,
            address=address,
            absorbed=frozenset(int(refund) for refund in refunds),
        )

    def render(self) -> str:
        """Return the text the journal keeps."""
        refunds = "".join(f"+{refund}" for refund in sorted(self.absorbed))
        return f"{self.fingerprint}@{self.address}{refunds}"
