"""A second witness: the sandbox's Klarna in the place of the lean one.

It was written from Klarna's documentation by other hands and knows nothing of kvitt. Calls
go through kvitt's own client, as the bytes that Klarna would get, into the sandbox's
application, and its answers come back the same way; nothing is on a network.
"""

from datetime import datetime

from werkzeug.test import Client

from kvitt.adapters.exchange import Deadlines, Reply, Request
from kvitt.adapters.http import Http
from kvitt.adapters.klarna.client import KlarnaClient, KlarnaCredentials
from kvitt.domain.errors import NotAllowed
from kvitt.domain.ids import KlarnaOrderId
from kvitt.domain.journal import Call, Receipt
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder
from kvitt.domain.steps import Kind
from kvitt.sandbox.klarna import (
    Books,
    Clock,
    Ids,
    KlarnaApp,
    Merchant,
    Purchase,
    Settings,
    portal,
)
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.orders import FraudStatus as SandboxFraud
from simulation.klarna_books import Effect, Keeps, KlarnaBooks
from simulation.network import KlarnaPort
from simulation.schedule import START, Schedule

MERCHANT = Merchant(
    merchant_id="PK1_x",
    username="PK1_x",
    password="secret",
    api_keys=("klarna_test_api_x",),
    sums="strict",
)
_URL = "https://api.playground.klarna.com"


class Hallway(Http):
    """Carries requests to an application of this process."""

    def __init__(self, app: KlarnaApp) -> None:
        self._door = Client(app)

    def check_base_url(self, base_url: str) -> None:
        """Find every address good: none is called."""

    def send(
        self, request: Request, *, base_url: str, deadlines: Deadlines, limit: int = 0
    ) -> Reply:
        """Ask the application."""
        del base_url, deadlines, limit
        answer = self._door.open(
            request.path,
            method=request.method,
            headers=dict(request.headers),
            data=request.body,
        )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status_code, headers, answer.get_data())


class SandboxKlarna(KlarnaBooks):
    """The sandbox's Klarna, asked as the lean one is."""

    __slots__ = ("_books", "_client", "_is_set")

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self._books = Books.open(
            None,
            clock=Clock(schedule.moment),
            ids=Ids("simulation"),
            settings=Settings(merchants=(MERCHANT,)),
        )
        self._is_set = False
        app = KlarnaApp(self._books, pause=lambda seconds: None)  # noqa: ARG005
        self._client = KlarnaClient(
            Hallway(app),
            credentials=KlarnaCredentials(password="klarna_test_api_x"),
            base_url=_URL,
            environment=KlarnaPort.environment,
            account=KlarnaPort.account,
        )

    def place(self, order: KlarnaOrder) -> KlarnaOrderId:
        """Have a customer buy this at the sandbox."""
        pending = order.fraud_status is FraudStatus.PENDING
        return KlarnaOrderId(
            self._books.place_order(
                Purchase(
                    merchant_id=MERCHANT.merchant_id,
                    order_amount=order.order_amount.minor,
                    merchant_reference1=order.merchant_reference1,
                    merchant_reference2=order.merchant_reference2,
                    fraud_status=SandboxFraud.PENDING if pending else SandboxFraud.ACCEPTED,
                    created_at=START,
                )
            )
        )

    def truth(self, order_id: KlarnaOrderId) -> KlarnaOrder:
        """Return an order as it is."""
        return self._client.fetch_order(order_id)

    def read(self, order_id: KlarnaOrderId, *, now: int, lag: int = 0) -> KlarnaOrder:
        """Return an order; this Klarna's reads do not lag."""
        del now, lag
        return self._client.fetch_order(order_id)

    def carry_out(self, call: Call, *, now: int, moment: datetime) -> Receipt:
        """Send the call as bytes, and see what it has done."""
        del moment
        self._set()
        before = self.truth(call.klarna_order_id)
        try:
            receipt = self._client.send(call)
        finally:
            self._notice(call, before, now=now)
        return receipt

    def act(self, effect: Effect, *, moment: datetime) -> None:
        """Let somebody use the portal. Raises NotAllowed."""
        del moment
        try:
            effect.remote_id = self._use_portal(effect)
        except KlarnaError as error:
            raise NotAllowed("the portal does not allow it", status=403) from error
        self._has_happened(effect)
        self.foreign[effect.order] = self.foreign.get(effect.order, 0) + 1

    def judge(self, order_id: KlarnaOrderId, verdict: FraudStatus) -> None:
        """End Klarna's review of an order."""
        portal.judge(self._books, order_id, SandboxFraud(verdict.value))
        self.foreign[order_id] = self.foreign.get(order_id, 0) + 1

    def expire(self, order_id: KlarnaOrderId, *, now: int) -> None:
        """Let the authorization run out."""
        del now
        portal.expire(self._books, order_id)
        self.foreign[order_id] = self.foreign.get(order_id, 0) + 1

    def _use_portal(self, effect: Effect) -> str:
        """Do it, and return the id of what was made."""
        if effect.kind is Kind.CAPTURE:
            return portal.capture(self._books, effect.order, amount=effect.amount)
        if effect.kind is Kind.REFUND:
            return portal.refund(self._books, effect.order, amount=effect.amount)
        if effect.kind is Kind.CANCEL:
            portal.cancel(self._books, effect.order)
        else:
            portal.release(self._books, effect.order)
        return ""

    def _set(self) -> None:
        """Take over what was drawn of the points that Klarna does not document."""
        if not self._is_set:
            self._is_set = True
            self._books.switch("idempotency_keeps_refusals", self.keeps is not Keeps.SUCCESSES)
            scope = "operation" if self.scoped_by_kind else "merchant"
            self._books.switch("idempotency_scope", scope)

    def _notice(self, call: Call, before: KlarnaOrder, *, now: int) -> None:
        """Tell of what is new at Klarna since."""
        after = self.truth(call.klarna_order_id)
        new: list[tuple[str, int, str]] = [
            (str(made.id), made.amount.minor, made.reference)
            for made in after.captures[len(before.captures) :]
        ]
        new += [
            (str(made.id), made.amount.minor, made.reference)
            for made in after.refunds[len(before.refunds) :]
        ]
        standing = (before.status, before.order_amount) != (after.status, after.order_amount)
        if not new and standing:
            new = [("", call.amount.minor, "")]
        for remote_id, amount, reference in new:
            self._has_happened(
                Effect(
                    at=now,
                    order=after.id,
                    kind=call.kind,
                    amount=amount,
                    who="kvitt",
                    intent=call.id,
                    key=call.key,
                    reference=reference,
                    remote_id=remote_id,
                )
            )

    def _has_happened(self, effect: Effect) -> None:
        self.effects.append(effect)
        self.witness(effect)
