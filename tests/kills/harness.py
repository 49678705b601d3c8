"""One campaign of kills: a town that lives, a worker that does not.

Everything random comes from one seed. Where a kill hits in the worker's own time is up to
the machine: a seed names a campaign, it does not repeat it to the microsecond.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from select import select
from typing import Any
from uuid import UUID

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from contract.hosting import new_server, running
from kills.points import Point, every_point
from kvitt.adapters.woocommerce.signature import sign
from kvitt.sandbox import checkout
from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.klarna import Clock
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.records import Address, Order
from kvitt.sandbox.shop.refunding import RefundRequest
from kvitt.sandbox.shop.seeding import Bought
from kvitt.sandbox.town import DEMO_PASSWORD, Town

TESTS = Path(__file__).parents[1]
ASTRID = Address(
    first_name="Astrid",
    last_name="Lind",
    address_1="Storgatan 14",
    city="Malmö",
    postcode="21142",
    country="SE",
    email="astrid.lind@example.test",
)
HOOK_TOKEN = "of-the-kills"
HOOK_SECRET = "of-the-kills"
#: A life that has not ended by itself is ended after at most this long, seconds.
LONGEST_LIFE = 0.8
#: How often an operator asks for something between two lives.
ASKS = 0.3
#: How long anything may take before the harness itself is at fault, seconds.
PATIENCE = 60.0
#: Rounds of twenty minutes until what is open must be settled, and how many have to be quiet.
MOST_ROUNDS = 40
QUIET_ROUNDS = 2
#: Between two lives this much time passes for everybody: a lease has ended.
BETWEEN_LIVES = timedelta(seconds=30)


@dataclass(kw_only=True, slots=True)
class Deeds:
    """What merchants and operators did: what has to be seen at Klarna in the end."""

    #: Store order → minor units of refunds booked in the shop.
    refunds: dict[int, list[int]] = field(default_factory=dict)
    completed: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)
    #: Request → (store order, minor units).
    asks: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    #: Digests of deliveries that were answered 200.
    acknowledged: list[str] = field(default_factory=list)
    kills: list[str] = field(default_factory=list)


class Worker:
    """The process that is forked for every life, as the harness speaks to it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kills.worker"],
            cwd=TESTS,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._buffer = b""
        self._hear(PATIENCE)

    def do(self, act: str, **given: Any) -> Any:
        """Have something done to the end, and return the answer."""
        self._tell(act, given)
        answer = self._hear(PATIENCE)
        ended = answer if "ended" in answer else self._hear(PATIENCE)
        if ended["ended"] != 0 or "answer" not in answer:
            raise AssertionError(f"{act} ended with {ended['ended']}")
        return answer["answer"]

    def begin(self, **given: Any) -> dict[str, int]:
        """Begin a life, and return its process and port; empty where it ended at once."""
        self._tell("live", given)
        said: dict[str, int] = self._hear(PATIENCE)
        return {} if "ended" in said else said

    def ended(self, within: float) -> bool:
        """Say whether the life has ended by itself within so many seconds."""
        return bool(self._heard(within))

    def kill(self, pid: int) -> None:
        """End the life under way, wherever it is."""
        os.kill(pid, signal.SIGKILL)
        self._hear(PATIENCE)

    def close(self) -> None:
        """End the process and every life of it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _tell(self, act: str, given: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"act": act, **given}).encode() + b"\n")
        self._process.stdin.flush()

    def _hear(self, within: float) -> Any:
        line = self._heard(within)
        if not line:
            raise AssertionError("the worker's process says nothing any more")
        return json.loads(line)

    def _heard(self, within: float) -> bytes:
        assert self._process.stdout is not None
        while b"\n" not in self._buffer:
            ready, _, _ = select([self._process.stdout], [], [], within)
            if not ready:
                return b""
            read = os.read(self._process.stdout.fileno(), 65536)
            if not read:
                raise AssertionError("the worker's process has ended")
            self._buffer += read
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


@dataclass(kw_only=True, slots=True)
class Campaign:
    """A town, a worker, and what was done so far."""

    town: Town
    clock: Clock
    worker: Worker
    dice: random.Random
    shop: int = 0
    ahead: timedelta = timedelta()
    deeds: Deeds = field(default_factory=Deeds)
    _orders: list[Order] = field(default_factory=list)
    _nonce: int = 0

    def life(self, point: Point | None) -> None:
        """Have a worker live, do things meanwhile, and see it killed."""
        if self.dice.random() < ASKS:
            self._ask()
        given: dict[str, Any] = {"ahead": self.ahead.total_seconds()}
        if point is not None:
            given |= {"point": point.place, "side": point.side, "nth": self.dice.randint(1, 2)}
        said = self.worker.begin(**given)
        if said:
            for order in self._act():
                self._deliver(order, port=said["port"])
            wait = LONGEST_LIFE if point else self.dice.uniform(0.0, 0.4)
            if not self.worker.ended(wait):
                point = None
                self.worker.kill(said["pid"])
        self.deeds.kills.append(str(point) if point else "at random")
        self.pass_time(BETWEEN_LIVES)

    def settle(self) -> None:
        """Let time pass and the work be done, until nothing is open any more."""
        quiet = 0
        for _ in range(MOST_ROUNDS):
            self.worker.do("drain", ahead=self.ahead.total_seconds())
            self.pass_time(timedelta(minutes=20))
            self.town.klarna.tick()
            quiet = 0 if self.tell()["open"] else quiet + 1
            if quiet == QUIET_ROUNDS:
                return
        raise AssertionError("calls, notes or requests stay open for hours")

    def pass_time(self, span: timedelta) -> None:
        """Let time pass for the town and for the worker."""
        self.clock.advance(span)
        self.ahead += span

    def tell(self) -> dict[str, Any]:
        """Return what the database holds."""
        told: dict[str, Any] = self.worker.do("tell")
        return told

    def _act(self) -> list[Order]:
        """Do one or two things, as merchants and operators do; return what changed."""
        order = self.buy()
        changed = [order]
        deed = self.dice.choice(("complete", "complete", "cancel", "wait", "refund"))
        if deed == "complete":
            self._complete(order)
        elif deed == "cancel":
            self.town.desk.set_status(order.id, "cancelled")
            self.deeds.cancelled.add(order.id)
        elif deed == "refund" and self.deeds.completed:
            changed.append(self._refund())
        return changed

    def buy(self) -> Order:
        """Have a customer pay with Klarna."""
        basket = Basket(
            buyer=ASTRID,
            bought=(Bought(product="MUG-1", quantity=2),),
            shipping_total=Decimal("39.20"),
        )
        order = checkout.buy(self.town.desk, self.town.books, self.town.merchant_id, basket)
        self._orders.append(order)
        return order

    def _complete(self, order: Order) -> None:
        self.town.desk.set_status(order.id, "completed")
        self.deeds.completed.add(order.id)

    def _refund(self) -> Order:
        order_id = self.dice.choice(sorted(self.deeds.completed))
        amounts = self.deeds.refunds.setdefault(order_id, [])
        if len(amounts) < 3:
            minor = 1000 + 100 * len(amounts)
            request = RefundRequest(amount=Decimal(minor) / 100, through_gateway=False)
            self.town.desk.create_refund(order_id, request)
            amounts.append(minor)
        return self._of(order_id)

    def _ask(self) -> None:
        """Ask for part of an order that was looked at in an earlier life."""
        touched = self.deeds.completed | self.deeds.cancelled
        open_orders = [order for order in self._orders if order.id not in touched]
        if not open_orders:
            return
        order, minor = self.dice.choice(open_orders), 100 * self.dice.randint(10, 60)
        key = UUID(int=self.dice.getrandbits(128), version=4)
        given = {"order": order.id, "minor": minor, "ask": str(key)}
        why_not = self.worker.do("ask", ahead=self.ahead.total_seconds(), **given)
        if not why_not:
            self.deeds.asks[key] = (order.id, minor)

    def _of(self, order_id: int) -> Order:
        return next(order for order in self._orders if order.id == order_id)

    def _deliver(self, order: Order, *, port: int) -> None:
        """Send the shop's message; remember it where it was answered 200."""
        self._nonce += 1
        shown = {"id": order.id, "order_key": "x", "line_items": [], "nonce": self._nonce}
        body = json.dumps(shown).encode()
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Signature": sign(body, secret=HOOK_SECRET),
            "X-WC-Webhook-Topic": "order.updated",
        }
        line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            line.request("POST", f"/hooks/{HOOK_TOKEN}", body, headers)
            if line.getresponse().status == 200:
                self.deeds.acknowledged.append(sha256(body).hexdigest())
        except (OSError, HTTPException):
            # The worker died before it had answered: nothing was promised.
            return
        finally:
            line.close()


@contextmanager
def campaign(folder: Path, *, seed: int, database_url: str = "") -> Iterator[Campaign]:
    """Open a town and a worker that knows it."""
    server = new_server()
    with running(server) as base_url:
        clock = Clock.running()
        town = Town.open(None, base_url=base_url, clock=clock, pause=lambda _seconds: None)
        seeding.stock_the_shelves(town.desk.books)
        server.set_app(DispatcherMiddleware(Response("", 404), dict(town.mounts)))
        worker = Worker(_environment(folder, database_url))
        try:
            made = Campaign(town=town, clock=clock, worker=worker, dice=random.Random(seed))
            key = town.rest_key()
            made.shop = worker.do(
                "connect",
                shop=f"{base_url}/shop",
                klarna=f"{base_url}/klarna",
                key=key.consumer_key,
                secret=key.consumer_secret,
                hook_token=HOOK_TOKEN,
                hook_secret=HOOK_SECRET,
                username=town.merchant_id,
                password=DEMO_PASSWORD,
            )
            yield made
        finally:
            worker.close()
            town.close()


def schedule(kills: int, *, dice: random.Random) -> list[Point | None]:
    """Return where each kill hits: every named point in turn, and as often at random."""
    named = list(every_point())
    dice.shuffle(named)
    return [named[nth // 2 % len(named)] if nth % 2 == 0 else None for nth in range(kills)]


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    source = str(TESTS.parent / "src")
    given = {
        "PYTHONPATH": os.pathsep.join((source, str(TESTS))),
        "KVITT_DATA_DIR": str(folder),
        "KVITT_ENVIRONMENT": "demo",
        "KVITT_WORKER_THREADS": "2",
        "KVITT_POLL_SECONDS": "0.05",
        "KVITT_LEASE_SECONDS": "10",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if database_url:
        given["KVITT_DATABASE_URL"] = database_url
    return {**kept, **given}
