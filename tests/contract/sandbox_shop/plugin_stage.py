"""The shop with the reference plugin switched on, and a Klarna it can ask."""

from typing import Any

from contract.sandbox_shop.stage import Json, Stage
from kvitt.sandbox.shop import kom
from kvitt.sandbox.shop.komcalls import KlarnaCall, KlarnaReply


class Klarna:
    """A Klarna that answers GET with one order and everything else with one reply."""

    def __init__(self, **order: Any) -> None:
        self.order: Json = {"status": "AUTHORIZED", "fraud_status": "ACCEPTED", **order}
        self.reply = KlarnaReply(status=201, headers={"capture-id": "cap-1"})
        self.calls: list[KlarnaCall] = []

    def send(self, call: KlarnaCall) -> KlarnaReply:
        """Keep a call and answer it."""
        self.calls.append(call)
        return KlarnaReply(status=200, body=self.order) if call.method == "GET" else self.reply

    def asked(self) -> list[str]:
        """Return methods and paths in the order they came."""
        return [f"{call.method} {call.path}".strip() for call in self.calls]


def with_plugin(stage: Stage, klarna: Klarna, **fields: Any) -> int:
    """Switch the plugin on and return a paid Klarna order of one cup."""
    kom.activate(stage.desk, klarna.send)
    body = {"payment_method": "klarna_payments", "transaction_id": "k-1", **fields}
    return int(stage.mug(**body)["id"])


def note_of(stage: Stage, order_id: int, words: str) -> bool:
    """Tell whether a note holds some words."""
    return any(words in note.text for note in stage.books.notes(order_id))
