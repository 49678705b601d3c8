"""What can be chosen about the sandbox: merchants, and a switch for each unknown.

Law: every default is the best-evidenced behaviour of the real service, or the
default named in klarna-api.md §17 where nothing is known.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

Sums = Literal["lenient", "default", "strict"]
Persona = Literal["klarna", "kustom"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Merchant:
    """One account at the sandbox's Klarna, with the credentials that open it."""

    #: Orders belong to it; also the user name, unless `username` says otherwise.
    merchant_id: str
    password: str
    username: str = ""
    #: Keys that may follow `Basic ` bare, or stand as the password.
    api_keys: tuple[str, ...] = ()
    #: How hard line arithmetic is checked (klarna-api.md §6.2).
    sums: Sums = "default"
    persona: Persona = "klarna"
    #: How long an authorization lives, and the furthest an extension reaches (§7.3).
    authorization_days: int = 28
    longest_authorization_days: int = 180
    shipping_delay_allowed: bool = False

    @property
    def user(self) -> str:
        """The user name of the `user:password` form."""
        return self.username or self.merchant_id

    def changed(self, **changes: Any) -> "Merchant":
        """Return the merchant with some fields changed; ValueError for a wrong value."""
        for name, value in changes.items():
            _check(Merchant, name, value, like=getattr(self, name))
        return replace(self, **changes)


def demo_merchant(password: str) -> Merchant:
    """Return the merchant of the demo, `PK12345_demo`."""
    return Merchant(
        merchant_id="PK12345_demo",
        password=password,
        api_keys=(f"klarna_test_api_{password}",),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The sandbox's merchants and switches; numbers in comments are rows of §17."""

    merchants: tuple[Merchant, ...] = ()

    #: 1. Scope of an idempotency key, whether refusals are remembered, what a
    #: duplicate gets while the first is still being carried out, and for how long.
    idempotency_scope: Literal["merchant", "operation"] = "merchant"
    idempotency_keeps_refusals: bool = True
    idempotency_in_flight: Literal["conflict", "wait"] = "conflict"
    idempotency_hours: int = 24
    #: 3. and 4. Status of a broken field limit, and of an order id that is no UUID.
    field_limit_status: int = 422
    invalid_order_id_status: int = 400
    #: 5. Cancelling what is cancelled already.
    cancel_cancelled: Literal["refuse", "accept"] = "refuse"
    #: 6. Days after which an expired order is closed; 0 leaves it to the control API.
    expired_closes_after_days: int = 0
    #: 7. What a part-captured order becomes when its authorization ends.
    part_captured_expiry: Literal["CAPTURED", "EXPIRED"] = "CAPTURED"
    #: 8. Whether a release or cancellation lowers `order_amount` to what was captured.
    release_lowers_order_amount: bool = False
    #: 9. Capturing or refunding nothing.
    zero_amount: Literal["refuse", "accept"] = "refuse"
    #: 10. The code for a capture under fraud review.
    pending_capture_code: str = "CAPTURE_NOT_ALLOWED"
    #: 11. Whether a fraud notification bears the time of the decision.
    notification_timestamp: bool = False
    #: 12. Days after a capture in which a refund is taken; 0 is without limit.
    refund_window_days: int = 0
    #: 13. Requests a second and merchant; 0 never answers 429 and advertises 50 and 5.
    rate_limit: int = 0
    session_rate_limit: int = 0
    #: 15. Whether 1050.0 passes for 1050.
    accept_integral_fractions: bool = True
    #: 16. Status of a PATCH; with 200 the body is the empty string of the schema.
    patch_status: Literal[204, 200] = 204

    #: Shape of answers (§14, fidelity switches).
    message_style: Literal["new", "old"] = "new"
    header_case: Literal["title", "lower"] = "title"
    location: Literal["absolute", "relative"] = "absolute"
    refund_ids: bool = True
    empty_strings: bool = True
    legacy_capture_details: bool = False
    unknown_path_status: Literal[404, 403] = 404
    #: What shipping info does on a cancelled, expired or closed order (§7.1).
    shipping_info_when_over: Literal["accept", "refuse"] = "accept"
    #: How refunds without matching references reach captures (§8.2).
    allocation: Literal["reference", "fifo"] = "reference"
    #: Whether any authorization token makes an order, or only issued ones (§9.1).
    any_token: bool = True

    #: How long a timeout or a slow answer is held back, and how far reads lag.
    timeout_seconds: int = 35
    slow_seconds: int = 5
    read_lag_ms: int = 0
    #: Whether requests are written into the journal. Without it the sandbox is lean enough
    #: for a benchmark, and forgets who asked what.
    keeps_journal: bool = True

    def merchant(self, merchant_id: str) -> Merchant:
        """Return a configured merchant, or raise KeyError."""
        return {merchant.merchant_id: merchant for merchant in self.merchants}[merchant_id]

    def switches(self) -> dict[str, Any]:
        """Return every switch by name; credentials are not switches."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name != "merchants"
        }

    def switched(self, name: str, value: object) -> "Settings":
        """Return these settings with one switch changed; ValueError if it cannot be."""
        if name not in self.switches():
            raise ValueError(f"there is no switch named {name}")
        _check(Settings, name, value, like=getattr(self, name))
        # What kind of value it is was checked above, against the one it replaces.
        return replace(self, **{name: value})  # type: ignore[arg-type]

    def with_merchant(self, merchant: Merchant) -> "Settings":
        """Return these settings with one merchant added or replaced."""
        known = [m.merchant_id for m in self.merchants]
        if merchant.merchant_id not in known:
            return replace(self, merchants=(*self.merchants, merchant))
        same = merchant.merchant_id
        swapped = (merchant if m.merchant_id == same else m for m in self.merchants)
        return replace(self, merchants=tuple(swapped))


def choices(name: str, *, of: type = Settings) -> tuple[object, ...] | None:
    """Return the words a switch may hold; None if anything of its type."""
    kind = get_type_hints(of)[name]
    if kind is bool:
        return (True, False)
    return get_args(kind) if get_origin(kind) is Literal else None


def _check(of: type, name: str, value: object, *, like: object) -> None:
    words = choices(name, of=of)
    if words is not None and value not in words:
        raise ValueError(f"{name} must be one of {', '.join(map(str, words))}")
    if type(value) is not type(like):
        raise ValueError(f"{name} must be of type {type(like).__name__}")
    if isinstance(value, int) and value < 0:
        raise ValueError(f"{name} must not be negative")
