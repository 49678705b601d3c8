"""Bugs of keys and of intents' identity (reliability.md K14, K15)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from kvitt.application import pacing, resolve
from kvitt.application.send import Sender
from kvitt.domain import intents
from kvitt.domain.intents import NAMESPACE, Intent
from kvitt.domain.journal import Call, Receipt
from kvitt.domain.steps import digest_of
from simulation.network import KlarnaPort
from simulation.planted.bug import Bug, bug

_send: Callable[[KlarnaPort, Call], Receipt] = KlarnaPort.send
_rotated = resolve.under_next_key


class _Drawn:
    """Keys that are drawn anew: the same number is never seen twice."""

    def __init__(self) -> None:
        self._last = 0

    def key(self) -> UUID:
        """Return a key nobody has had."""
        self._last += 1
        return UUID(int=(7 << 96) + self._last)


_DRAWN = _Drawn()


def _drawn_each_time(port: KlarnaPort, call: Call) -> Receipt:
    return _send(port, replace(call, key=_DRAWN.key()))


def _repeated_in_client(port: KlarnaPort, call: Call) -> Receipt:
    """Ask again inside the client, as HTTP libraries offer, each time as a new request."""
    try:
        return _send(port, call)
    except pacing_errors():
        return _send(port, replace(call, key=uuid5(call.key, "again")))


def pacing_errors() -> tuple[type[Exception], ...]:
    """Return what a client that repeats takes for a failure."""
    from kvitt.domain.errors import MalformedReply, OutcomeUnknown, RemoteFault

    return OutcomeUnknown, RemoteFault, MalformedReply


def _parts(intent: Intent, *, shop: bool = True, step: bool = True, body: bool = True) -> str:
    scope = intent.scope
    identity: tuple[str, ...] = (str(intent.step.kind),)
    if shop:
        identity += (str(scope.store_order_id), str(scope.klarna_order_id))
    if step:
        identity += intent.step.identity
    if body:
        identity += (digest_of(intent.step.body("")),)
    return repr(identity)


def _id(**left_out: bool) -> property:
    return property(lambda intent: uuid5(NAMESPACE, _parts(intent, **left_out)))


def _rotate_each_time(sender: Sender, look: Any, stored: Any) -> None:
    sender._ask_anew(look, stored)


BUGS: tuple[Bug, ...] = (
    bug(
        "key drawn at random",
        "each request bears a new key, so a repeat is a second request",
        (KlarnaPort, "send", _drawn_each_time),
    ),
    bug(
        "retry inside the client",
        "the client repeats what had no answer by itself, as a new request",
        (KlarnaPort, "send", _repeated_in_client),
    ),
    bug(
        "key without the order",
        "two orders of one amount share a key, and Klarna answers the second with the first",
        (Intent, "id", _id(shop=False)),
        within=1_500,
    ),
    bug(
        "key without the step's identity",
        "two equal refunds of one order are taken for one",
        (Intent, "id", _id(step=False)),
        within=3_000,
    ),
    bug(
        "key without the body",
        "a changed amount goes out under the key of the old one",
        (Intent, "id", _id(body=False)),
        within=3_000,
    ),
    bug(
        "key rotated while the old one lives",
        "every repeat of an unanswered call gets a new key",
        (Sender, "_ask_again", _rotate_each_time),
    ),
    bug(
        "key thought to live for ever",
        "the same key goes again after Klarna has forgotten it",
        (pacing, "KEY_LIFE", pacing.KEY_LIFE * 100),
        (Sender, "_found", lambda *_: False),
        within=6_000,
    ),
    bug(
        "key that depends on the reason",
        "the words of a reason are part of the identity, so a new wording is a new call",
        (
            intents,
            "_scope_parts",
            lambda scope: (str(_DRAWN.key()), scope.klarna_order_id),
        ),
        within=1_500,
    ),
)
