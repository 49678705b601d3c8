"""One look at one order: reading both halves, and remembering them.

Klarna asks not to be polled (klarna-api.md §3.3), so its half is taken from what
we last read or from the answers to our own calls, as long as the conclusion is
"nothing to do". Before anything is sent, or a person is troubled, it is read anew.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kvitt.application.pacing import Pace
from kvitt.application.ports import Clock, Connections, Klarna, Ledger, Store
from kvitt.domain.errors import NotFound, RecordBehind, RemoteError
from kvitt.domain.hooks import NO_HOOKS, Hooks
from kvitt.domain.ids import KlarnaOrderId, ShopId
from kvitt.domain.intents import IntentRecord, Scope, State
from kvitt.domain.journal import Case, Lease, Snapshot
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.plan import Gone, Plan, Situation
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import KLARNA_GATEWAYS, StoreOrder


def _as_it_is(shop: ShopId, wait: timedelta) -> timedelta:
    """Wait as long as the pace says."""
    del shop
    return wait


@contextmanager
def asking(service: str) -> Iterator[None]:
    """Say of an error which service it came from."""
    try:
        yield
    except RemoteError as error:
        error.service = service
        raise


@dataclass(kw_only=True, slots=True)
class Look:
    """What is known of an order while one look lasts."""

    lease: Lease
    case: Case
    store: Store
    store_order: StoreOrder
    gone: Gone | None = None
    #: None where the order is not Klarna's, or names no Klarna order.
    klarna: Klarna | None = None
    scope: Scope | None = None
    klarna_order: KlarnaOrder | None = None
    #: Klarna's half was read in this look, or follows from an answer in this look.
    fresh: bool = False
    #: What was read is not stored yet.
    unsaved: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Reads halves and keeps the snapshot true."""

    ledger: Ledger
    connections: Connections
    clock: Clock
    pace: Pace = field(default_factory=Pace)
    #: Draws when an order is due that nobody asks for, by its shop and the pace's wait.
    spread: Callable[[ShopId, timedelta], timedelta] = _as_it_is
    #: The merchant's own changes to what is sent.
    hooks: Hooks = NO_HOOKS

    def begin(self, lease: Lease) -> Look | None:
        """Read the shop's half and recall Klarna's; None where there never was an order."""
        case = self.ledger.load(lease)
        store = self.connections.store(lease.shop)
        order, gone = self._fetch(lease, case, store)
        if order is None:
            return None
        look = Look(lease=lease, case=case, store=store, store_order=order, gone=gone)
        self._find_klarna(look)
        self._remember(look)
        return look

    def freshen(self, look: Look) -> None:
        """Read Klarna's half anew where what is remembered is too old to conclude from."""
        if look.scope is not None and not look.fresh and not self._may_recall(look):
            self.refresh(look)

    def refresh(self, look: Look) -> None:
        """Read Klarna's half anew."""
        if look.klarna is None or look.scope is None:
            return
        try:
            with asking("Klarna"):
                look.klarna_order = look.klarna.fetch_order(look.scope.klarna_order_id)
        except NotFound:
            look.klarna_order = None
        look.fresh = True
        self._remember(look)

    def catch_up(self, look: Look) -> None:
        """Read Klarna's half anew where it lacks what Klarna has confirmed.

        A record can be behind the answers (klarna-api.md §7.4), and what is due would be
        reckoned from a capture too few. Raises RecordBehind where what was just read is
        behind too.
        """
        if _is_behind(look) and not look.fresh:
            self.refresh(look)
        if _is_behind(look):
            behind = RecordBehind("Klarna's record does not show yet what it has confirmed")
            behind.service = "Klarna"
            raise behind

    def elsewhere(self, look: Look, order_id: KlarnaOrderId) -> Look:
        """Return a look at an order at Klarna that the shop's order names, or has named.

        An id can be corrected, a payment method changed, an order paid anew; the account stays.
        What is read of another than the one that is named now is never stored as its half.
        """
        if look.scope is not None and look.scope.klarna_order_id == order_id:
            return look
        klarna, scope = self._reach(look, order_id)
        known = replace(look.case, snapshot=Snapshot(store=look.store_order))
        return replace(look, klarna=klarna, scope=scope, klarna_order=None, case=known)

    def follow(self, look: Look, after: KlarnaOrder) -> None:
        """Take Klarna's half to be what its own answer has made of it."""
        look.klarna_order = after
        look.fresh = True
        self._remember(look)

    def save(self, look: Look) -> None:
        """Store both halves as they were last read, where that is not stored yet.

        Before anything is sent and when the look is over: what was seen must outlive us, but
        a half that is read anew at once need not be stored twice.
        """
        if look.unsaved:
            self.ledger.save_snapshot(look.lease, look.case.snapshot)
            look.unsaved = False

    def reload(self, look: Look) -> None:
        """Read the journal again after it was written to."""
        snapshot = look.case.snapshot
        look.case = self.ledger.load(look.lease)
        if look.unsaved:
            look.case = replace(look.case, snapshot=snapshot)

    def next_look(self, look: Look, plan: Plan) -> datetime | None:
        """Return when to look again; None where only a hint matters."""
        shop = look.lease.shop
        return self.pace.next_look(
            plan,
            look.klarna_order,
            now=self.clock.now(),
            warnings=look.case.policy.warn_before,
            spread=lambda wait: self.spread(shop, wait),
        )

    def situation(self, look: Look) -> Situation:
        """Return what a decision may look at.

        Once Klarna's order is cancelled, a status that the shop is owed counts as set: the
        order is where we are moving it, and nobody has to be told that no money can be taken.
        """
        return Situation(
            store=_as_owed(look),
            klarna=look.klarna_order,
            journal=look.case.journal,
            policy=look.case.policy,
            environment=look.scope.environment if look.scope is not None else "",
            now=self.clock.now(),
            gone=look.gone,
            scope=look.scope,
            hooks=self.hooks,
        )

    def _fetch(
        self, lease: Lease, case: Case, store: Store
    ) -> tuple[StoreOrder | None, Gone | None]:
        """Read the shop's half; the last one known stands in for one that is gone."""
        try:
            with asking("The shop"):
                order = store.fetch_order(lease.store_order_id)
        except NotFound:
            return case.snapshot.store, Gone.DELETED
        return order, (Gone.TRASHED if order.status == "trash" else None)

    def _reach(self, look: Look, order_id: KlarnaOrderId) -> tuple[Klarna, Scope]:
        """Return the client for an order at Klarna, and the scope of what is sent to it."""
        order = look.store_order
        klarna = self.connections.klarna(look.lease, order, account=look.case.account)
        scope = Scope(
            environment=klarna.environment,
            account=klarna.account,
            shop=self.connections.shop_name(look.lease.shop),
            store_order_id=order.id,
            order_number=order.number,
            klarna_order_id=order_id,
        )
        return klarna, scope

    def _find_klarna(self, look: Look) -> None:
        order = look.store_order
        if order.klarna_order_id is None or order.payment_method not in KLARNA_GATEWAYS:
            return
        look.klarna, look.scope = self._reach(look, order.klarna_order_id)
        known = look.case.snapshot.klarna
        if known is not None and known.id == order.klarna_order_id:
            look.klarna_order = known

    def _may_recall(self, look: Look) -> bool:
        """Say whether Klarna's half as last read is recent enough to conclude from."""
        read_at = look.case.snapshot.klarna_read_at
        if look.klarna_order is None or read_at is None:
            return False
        return self.pace.trusts(look.klarna_order, read_at=read_at, now=self.clock.now())

    def _remember(self, look: Look) -> None:
        known = look.case.snapshot
        snapshot = Snapshot(
            store=look.store_order,
            klarna=look.klarna_order,
            klarna_read_at=self.clock.now() if look.fresh else known.klarna_read_at,
        )
        if snapshot != known:
            look.case = replace(look.case, snapshot=snapshot)
            look.unsaved = True


def _as_owed(look: Look) -> StoreOrder:
    """Return the shop's half of a cancelled order with the status that is owed to it.

    Unless somebody has moved it since. Nothing else rests on a status before it is set: it
    may ask for money to be moved, or given up.
    """
    order = look.store_order
    if look.klarna_order is None or look.klarna_order.status is not KlarnaStatus.CANCELLED:
        return order
    for owed in look.case.owed:
        if owed.status and owed.status_before == order.status:
            order = replace(order, status=owed.status)
    return order


def _is_behind(look: Look) -> bool:
    """Say whether Klarna's half as known does not show what Klarna has confirmed to us."""
    order = look.klarna_order
    if order is None:
        return False
    records = look.case.journal.records
    done = [each for each in records if each.state is State.DONE and each.was_sent_to(order.id)]
    return any(not _shows(order, record) for record in done)


def _shows(order: KlarnaOrder, record: IntentRecord) -> bool:
    """Say whether an order shows what a call has done; only what can never be undone counts."""
    if record.kind is Kind.CANCEL:
        return order.status is KlarnaStatus.CANCELLED
    if record.remote_id is None or record.kind not in {Kind.CAPTURE, Kind.REFUND}:
        return True
    made = order.captures if record.kind is Kind.CAPTURE else order.refunds
    return any(
        str(each.id) == str(record.remote_id) or each.reference == record.reference
        for each in made
    )
