"""The tables. Money is stored as integer minor units beside its currency.

What may name or locate a person is sealed (``vault.py``), except the customer's
name that the console's list shows.
"""

from kvitt.adapters.database.models.asks import AskRow
from kvitt.adapters.database.models.connecting import (
    ConnectAttempt,
    ImportState,
    ShopImport,
    ShopStanding,
)
from kvitt.adapters.database.models.health import PartyHealth
from kvitt.adapters.database.models.inbox import (
    Deletion,
    Delivery,
    DeliveryState,
    RejectCounter,
)
from kvitt.adapters.database.models.installation import Installation
from kvitt.adapters.database.models.journal import Adoption, IntentRow, WriteBackRow
from kvitt.adapters.database.models.movements import Movement, MovementKind
from kvitt.adapters.database.models.orders import Order, OrderState, OrderTerm
from kvitt.adapters.database.models.outgoing import (
    Message,
    MessageState,
    Subscriber,
    SubscriberChange,
    SubscriberDeed,
)
from kvitt.adapters.database.models.rates import RateShare
from kvitt.adapters.database.models.runs import RunItemRow, RunRow
from kvitt.adapters.database.models.shops import KlarnaAccount, Region, Shop, ShopState
from kvitt.adapters.database.models.timeline import TimelineRow
from kvitt.adapters.database.models.turns import Turn

__all__ = [
    "Adoption",
    "AskRow",
    "ConnectAttempt",
    "Deletion",
    "Delivery",
    "DeliveryState",
    "ImportState",
    "Installation",
    "IntentRow",
    "KlarnaAccount",
    "Message",
    "MessageState",
    "Movement",
    "MovementKind",
    "Order",
    "OrderState",
    "OrderTerm",
    "PartyHealth",
    "RateShare",
    "Region",
    "RejectCounter",
    "RunItemRow",
    "RunRow",
    "Shop",
    "ShopImport",
    "ShopStanding",
    "ShopState",
    "Subscriber",
    "SubscriberChange",
    "SubscriberDeed",
    "TimelineRow",
    "Turn",
    "WriteBackRow",
]
