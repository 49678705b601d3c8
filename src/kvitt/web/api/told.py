"""What the API answers about the webhooks that kvitt sends: who is told, and what arrived.

The law: a secret is in ``NewWebhookOut`` and in nothing else that is answered.
"""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field

from kvitt.adapters.database.models import MessageState


class WebhookOut(Schema):
    """Who is told of what, and whether it arrives."""

    id: int
    #: Null is every shop.
    shop_id: int | None
    url: str
    events: list[str]
    created_by: str
    created_at: datetime
    #: Since when nothing could be delivered; after five days it is switched off.
    failing_since: datetime | None
    #: Paused, or switched off because it did not answer; what happens meanwhile waits.
    disabled_at: datetime | None
    disabled_why: str


class NewWebhookOut(WebhookOut):
    """A subscriber with its secret, which is shown once."""

    secret: str = Field(examples=["whsec_…"])


class MessageOut(Schema):
    """An event as a subscriber was, or is to be, told it."""

    #: ``webhook-id`` of the message.
    id: UUID
    #: Null of a message that only tries the address.
    order_id: int | None
    event: str
    state: MessageState
    attempts: int
    created_at: datetime
    attempted_at: datetime | None
    #: When it is tried next; null once it is not any more.
    due_at: datetime | None
    #: What the address answered last.
    status: int | None
    #: Why there was no answer, as a class of error.
    error: str


class MessagePage(Schema):
    """A page of the log of deliveries, newest first."""

    items: list[MessageOut]
    next: str | None
