"""What is on its way to a program that subscribed. It crosses between rooms, so it is here."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """One message with all that is needed to deliver it."""

    id: UUID
    #: Row id of the subscriber.
    subscriber: int
    url: str = field(repr=False)
    #: The newest first; two while one is being replaced.
    secrets: tuple[str, ...] = field(repr=False)
    body: str = field(repr=False)
    #: How often it was tried before.
    attempts: int
    due_at: datetime
    #: Since when nothing could be delivered to the subscriber.
    failing_since: datetime | None
    #: It only tries the address: it is not sent again by itself.
    trial: bool = False
