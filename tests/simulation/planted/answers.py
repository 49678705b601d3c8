"""Bugs of reading answers: what is unknown taken for known, what is refused taken for done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kvitt.application import pacing
from kvitt.application.send import LookLater, Sender
from kvitt.domain.errors import (
    KvittError,
    MalformedReply,
    NotAllowed,
    OutcomeUnknown,
    RateLimited,
    RemoteFault,
    Unauthorized,
    Unreachable,
)
from kvitt.domain.journal import Call, Receipt
from simulation.network import KlarnaPort
from simulation.planted.bug import Bug, always, bug

_send: Callable[[KlarnaPort, Call], Receipt] = KlarnaPort.send


def _done_at(
    *kinds: type[KvittError], status: int = 0
) -> Callable[[KlarnaPort, Call], Receipt]:
    """Take errors of these kinds for a success."""

    def sends(port: KlarnaPort, call: Call) -> Receipt:
        try:
            return _send(port, call)
        except kinds as error:
            if status and getattr(error, "status", 0) != status:
                raise
            return Receipt(remote_id="made-up", correlation_id="", status=201)

    return sends


def _refused_at(
    *kinds: type[KvittError], status: int = 0
) -> Callable[[KlarnaPort, Call], Receipt]:
    """Take errors of these kinds for a refusal."""

    def sends(port: KlarnaPort, call: Call) -> Receipt:
        try:
            return _send(port, call)
        except kinds as error:
            if status and getattr(error, "status", 0) != status:
                raise
            raise NotAllowed("taken for a refusal", status=403, code="NOT_ALLOWED") from error

    return sends


def _unsent_at(*kinds: type[KvittError]) -> Callable[[KlarnaPort, Call], Receipt]:
    """Take errors of these kinds for a request that never left."""

    def sends(port: KlarnaPort, call: Call) -> Receipt:
        try:
            return _send(port, call)
        except kinds as error:
            raise Unreachable("taken for a request that never left") from error

    return sends


def _later(sender: Sender, error: Exception) -> LookLater:
    del error
    return LookLater(sender.clock.now() + timedelta(minutes=1))


def _nothing_noted(
    sender: Sender, look: Any, klarna: Any, call: Call, *, before: Any = None
) -> Receipt | None:
    """Leave a call without an answer as it was before it was sent."""
    del before
    sender.ledger.record_sent(look.lease, call)
    try:
        return _answer(klarna, call)
    except (OutcomeUnknown, RemoteFault, MalformedReply) as error:
        sender.ledger.record_unsent(look.lease, call, error)
        raise _later(sender, error) from error


def _answer(klarna: Any, call: Call) -> Receipt:
    receipt: Receipt = klarna.send(call)
    return receipt


BUGS: tuple[Bug, ...] = (
    bug(
        "no answer taken for a refusal",
        "a time-out is settled as not carried out",
        (KlarnaPort, "send", _refused_at(OutcomeUnknown)),
    ),
    bug(
        "no answer taken for done",
        "a time-out is settled as carried out",
        (KlarnaPort, "send", _done_at(OutcomeUnknown)),
    ),
    bug(
        "no answer taken for unsent",
        "a time-out is taken for a request that never left",
        (KlarnaPort, "send", _unsent_at(OutcomeUnknown)),
        within=3_000,
    ),
    bug(
        "unknown forgotten",
        "a call without an answer is planned again as if it had never been sent",
        (Sender, "_attempt", _nothing_noted),
        within=3_000,
    ),
    bug(
        "5xx taken for a refusal",
        "a fault of Klarna's is settled as not carried out",
        (KlarnaPort, "send", _refused_at(RemoteFault)),
    ),
    bug(
        "5xx taken for done",
        "a fault of Klarna's is settled as carried out",
        (KlarnaPort, "send", _done_at(RemoteFault)),
    ),
    bug(
        "409 taken for done",
        "a conflict is settled as carried out",
        (KlarnaPort, "send", _done_at(RemoteFault, status=409)),
    ),
    bug(
        "429 taken for done",
        "being asked to slow down is settled as carried out",
        (KlarnaPort, "send", _done_at(RateLimited)),
    ),
    bug(
        "401 taken for done",
        "refused credentials are settled as carried out",
        (KlarnaPort, "send", _done_at(Unauthorized)),
    ),
    bug(
        "403 taken for done",
        "a refusal is settled as carried out",
        (KlarnaPort, "send", _done_at(NotAllowed)),
    ),
    bug(
        "no connection taken for done",
        "a request that never left is settled as carried out",
        (KlarnaPort, "send", _done_at(Unreachable)),
    ),
    bug(
        "unreadable answer taken for a refusal",
        "a success that cannot be read is settled as not carried out",
        (KlarnaPort, "send", _refused_at(MalformedReply)),
    ),
    bug(
        "unreadable answer taken for done",
        "a success without an id is recorded under an id that was made up",
        (KlarnaPort, "send", _done_at(MalformedReply)),
    ),
    bug(
        "never asked again",
        "a call without an answer is never asked about again",
        (pacing, "after_unknown", always(timedelta(days=400))),
    ),
)
