"""klarna-api.md §7.2: no sequence of public calls breaks the amounts."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contract.sandbox_klarna.till import Till, line
from kvitt.sandbox.klarna.orders import Json

AMOUNTS = st.integers(min_value=0, max_value=1500)
TERMINAL = {"CAPTURED", "CANCELLED", "EXPIRED", "CLOSED"}


class OrderMachine(RuleBasedStateMachine):
    """One order under every public call, in any sequence, with time passing."""

    @initialize(amount=st.integers(min_value=1, max_value=1000))
    def place(self, amount: int) -> None:
        """Place the order the sequence is about."""
        self.till = Till()
        self.placed = amount
        self.oid = self.till.place(amount)
        self.seen: Json = self.till.read(self.oid)

    @rule(amount=AMOUNTS, lines=st.booleans())
    def capture(self, amount: int, *, lines: bool) -> None:
        """Capture anything."""
        body: dict[str, Any] = {"order_lines": [line(price=amount)]} if lines else {}
        answer = self.till.capture(self.oid, amount, **body)
        allowed = 0 < amount <= self.seen["remaining_authorized_amount"]
        assert (answer.status_code == 201) == allowed

    @rule(amount=AMOUNTS, lines=st.booleans())
    def refund(self, amount: int, *, lines: bool) -> None:
        """Refund anything."""
        body: dict[str, Any] = {"order_lines": [line(price=amount)]} if lines else {}
        answer = self.till.refund(self.oid, amount, **body)
        left = self.seen["captured_amount"] - self.seen["refunded_amount"]
        assert (answer.status_code == 201) == (0 < amount <= left)

    @rule(amount=AMOUNTS)
    def update(self, amount: int) -> None:
        """Set the authorization to anything."""
        answer = self.till.update(self.oid, amount)
        allowed = self.seen["status"] not in TERMINAL
        fits = amount >= self.seen["captured_amount"]
        assert (answer.status_code == 204) == (allowed and fits)

    @rule(action=st.sampled_from(["cancel", "release-remaining-authorization"]))
    def give_up(self, action: str) -> None:
        """Cancel or release."""
        self.till.act("POST", self.oid, action)

    @rule(action=st.sampled_from(["acknowledge", "extend-authorization-time"]))
    def keep(self, action: str) -> None:
        """Acknowledge or extend."""
        self.till.act("POST", self.oid, action)

    @rule(days=st.integers(min_value=1, max_value=20))
    def wait(self, days: int) -> None:
        """Let days pass."""
        self.till.pass_time(days=days)

    @precondition(lambda self: self.seen["status"] == "AUTHORIZED")
    @rule(decision=st.sampled_from(["ACCEPTED", "REJECTED"]))
    def judge(self, decision: str) -> None:
        """Let the risk review decide."""
        self.till.sim("POST", f"/orders/{self.oid}/fraud", {"decision": decision})

    @invariant()
    def amounts_agree(self) -> None:
        """Invariants A to H hold, compared with the order as it was before the last call."""
        order, before = self.till.read(self.oid), self.seen
        captured, refunded = order["captured_amount"], order["refunded_amount"]
        remaining = order["remaining_authorized_amount"]

        assert order["original_order_amount"] == self.placed
        assert captured == sum(c["captured_amount"] for c in order["captures"])
        assert refunded == sum(r["refunded_amount"] for r in order["refunds"])
        assert 0 <= captured <= order["order_amount"]
        assert 0 <= refunded <= captured
        for capture in order["captures"]:
            assert 0 <= capture["refunded_amount"] <= capture["captured_amount"]
        if order["status"] in TERMINAL:
            assert remaining == 0
        else:
            assert remaining == order["order_amount"] - captured
        if remaining > before["remaining_authorized_amount"]:
            assert order["order_amount"] > before["order_amount"]
        if before["status"] in TERMINAL:
            assert order["status"] == before["status"]
        self.seen = order


TestOrderMachine = OrderMachine.TestCase
TestOrderMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
