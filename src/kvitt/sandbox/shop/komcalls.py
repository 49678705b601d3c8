"""How the reference plugin speaks to Klarna: the call, the reply, and what a refusal says.

Address and credentials are the sender's business, so that the plugin can be pointed at any
Klarna there is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_ARRIVED = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class KlarnaCall:
    """A call to Klarna, relative to the order: "", "/captures", "/cancel" and so on."""

    method: str
    klarna_order_id: str
    path: str = ""
    body: dict[str, Any] | None = None
    #: The order's payment method: whose credentials and host are meant.
    gateway: str = "klarna_payments"
    #: What the checkout noted as the order's country; the plugin chooses the host by it.
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KlarnaReply:
    """What Klarna answered."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Return a header, however it is spelt, or nothing."""
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), "")


#: Carries a call to Klarna; raises OSError when there is no answer.
KlarnaSend = Callable[[KlarnaCall], KlarnaReply]


class Refused(Exception):
    """Klarna said no, or nothing; the text is what the plugin writes into its note."""


def ask(send: KlarnaSend, call: KlarnaCall) -> KlarnaReply:
    """Return Klarna's reply, or raise with the words the plugin makes of a refusal."""
    try:
        reply = send(call)
    except OSError as failure:
        raise Refused(str(failure)) from failure
    if reply.status not in _ARRIVED:
        messages = " ".join(map(str, reply.body.get("error_messages", ())))
        raise Refused(messages or f"API Error {reply.status}")
    return reply
