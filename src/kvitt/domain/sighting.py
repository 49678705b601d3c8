"""An order as a list of the shop shows it: enough to tell that it has changed, not how."""

from dataclasses import dataclass
from datetime import datetime

from kvitt.domain.ids import StoreOrderId


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """One row of a list."""

    id: StoreOrderId
    modified_at: datetime
    #: Digest of what the row shows. The shop's time has whole seconds, so an order can
    #: change without its date of change (woocommerce-facts.md §9).
    mark: str
