"""Every error of ours that may cross a boundary.

KvittError
├── ConfigurationError       stop at start-up; nothing below may swallow it
├── InvalidAmount            a decimal string that is not an exact amount
├── CurrencyMismatch         two amounts that cannot be added or compared
├── UnreadableOrder          a half that lacks what a decision needs
├── UnsafePlan               a plan we refuse to apply
│   ├── MoreThanAuthorized
│   ├── MoreThanCaptured
│   ├── LinesDoNotAddUp
│   └── StalePlan            a half has changed since the plan was made
├── NotConnectable           no shop can be connected like this; the code says why
├── NotAllowedNow            an operator asked for what the order does not allow
├── RemoteError              a service answered with a refusal, or should have answered
│   ├── Transient            worth asking again
│   │   ├── Unreachable      never left, so certainly not done
│   │   ├── OutcomeUnknown   left, no answer: resolve before asking again, same key
│   │   ├── RateLimited      429
│   │   ├── RemoteFault      5xx, or 409: it may or may not have been carried out
│   │   └── RecordBehind     a record that does not show yet what was confirmed
│   └── Permanent            the same request will fail the same way
│       ├── Unauthorized     401
│       ├── NotFound         404, 410
│       ├── NotAllowed       403
│       └── Rejected         400, 409 of a shop, 413, 422
├── MalformedReply           2xx, but not a reply we can read: never guessed at
├── WebhookRejected          the signature does not match
├── Withheld                 not asked: the service is left alone for a while
└── LeaseLost                another worker has this order; drop it quietly

Callers choose what to do by class. No client library's error gets out of
``adapters``. A message names the numbers and the way out, and never holds a
body, a name, an address, a key or a header.
"""

from datetime import timedelta


class KvittError(Exception):
    """The base of every error in this package."""


class ConfigurationError(KvittError):
    """A setting that cannot work; says which, and what would."""


class InvalidAmount(KvittError, ValueError):
    """An amount that cannot be written exactly in minor units."""

    def __init__(self, text: str, currency: str) -> None:
        super().__init__(f"{text!r} is not an exact amount of {currency}")


class CurrencyMismatch(KvittError, ValueError):
    """Two amounts of different currencies met."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other} cannot be added or compared")


class UnreadableOrder(KvittError):
    """A half of an order that lacks, or contradicts, what a decision needs."""


class UnsafePlan(KvittError):
    """A plan that would take or return more than the order allows."""


class MoreThanAuthorized(UnsafePlan):
    """A capture larger than what is still authorized."""

    def __init__(self, asked: int, remaining: int) -> None:
        super().__init__(f"{asked} to capture, {remaining} is authorized (minor units)")


class MoreThanCaptured(UnsafePlan):
    """A refund larger than what is captured and not yet refunded."""

    def __init__(self, asked: int, refundable: int) -> None:
        super().__init__(f"{asked} to refund, {refundable} can be (minor units)")


class LinesDoNotAddUp(UnsafePlan):
    """Order lines that do not come to the amount they are sent with."""

    def __init__(self, lines: int, amount: int) -> None:
        super().__init__(f"the lines come to {lines}, the amount is {amount} (minor units)")


class StalePlan(UnsafePlan):
    """A half of the order has changed since the plan was made."""

    def __init__(self) -> None:
        super().__init__("the order has changed since this plan was made: look again")


class NotConnectable(KvittError):
    """A shop or an account that cannot be connected, and which trouble it is."""

    def __init__(self, code: str, about: str = "") -> None:
        #: A ``Trouble`` of ``domain/shop.py``.
        self.code = code
        #: What it is about: an address, a host.
        self.about = about
        super().__init__(f"{code.replace('_', ' ')}: {about}" if about else code)


class NotAllowedNow(KvittError):
    """An operator asked for something that the order does not allow now."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(reason)


class RemoteError(KvittError):
    """A service answered with a refusal, or did not answer."""

    def __init__(
        self,
        summary: str,
        *,
        status: int | None = None,
        code: str | None = None,
        correlation_id: str | None = None,
        messages: tuple[str, ...] = (),
        retry_after: timedelta | None = None,
    ) -> None:
        #: Which service it was, as people call it; said by the use case that asked.
        self.service = ""
        self.status = status
        #: The service's machine-readable code: Klarna's ``error_code``, WooCommerce's ``code``.
        self.code = code
        self.correlation_id = correlation_id
        #: Texts for people. Never parsed: Klarna says they may change (klarna-api.md §0).
        self.messages = messages
        self.retry_after = retry_after
        super().__init__(summary)


class Transient(RemoteError):
    """A failure that time may cure."""


class Unreachable(Transient):
    """The request never left, so it was certainly not carried out."""


class OutcomeUnknown(Transient):
    """The request left and no answer came, so it may have been carried out."""


class RateLimited(Transient):
    """The service asks us to slow down; the request was not carried out."""


class RemoteFault(Transient):
    """The service failed; whether the request was carried out is not known."""


class RecordBehind(Transient):
    """A record that does not show yet what the service itself has confirmed."""


class Permanent(RemoteError):
    """A refusal that repeating will not change."""


class Unauthorized(Permanent):
    """Our credentials are refused: a setting to mend, not an order to park."""


class NotFound(Permanent):
    """The service does not know what we asked for."""


class NotAllowed(Permanent):
    """The state of the order does not allow it."""


class Rejected(Permanent):
    """The request itself is at fault."""


class MalformedReply(KvittError):
    """A success that cannot be read; never guessed at."""


class WebhookRejected(KvittError):
    """A delivery whose signature does not match."""


class Withheld(KvittError):
    """A service that is not asked now: it does not answer, or refuses our credentials.

    Nothing was sent and nothing has failed; the order waits for the service.
    """

    def __init__(self, who: str, why: str) -> None:
        super().__init__(f"{who} is left alone for now: {why or 'it asked us to wait'}")


class LeaseLost(KvittError):
    """Another worker holds this order now."""
