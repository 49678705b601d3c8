"""An installation beside a practice shop and a practice Klarna, each a process of its own."""

import json
import subprocess
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from running import command, environment, free_port, serving

PATIENCE_SECONDS = 60
#: 125.00 SEK with tax.
MUG = 12_500


def run(words: list[str], settings: dict[str, str], *, lines: tuple[str, ...] = ()) -> str:
    """Run a command to its end, giving it lines to read, and return what it said."""
    done = subprocess.run(
        [str(command()), *words],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env=environment(**settings),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(url: str, body: object = None, *, key: str = "", method: str = "GET") -> Any:
    """Ask a practice service something."""
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Basic {b64encode(key.encode()).decode()}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - this machine
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        return json.loads(answer.read())


def wait_until(fits: Callable[[], object]) -> None:
    """Return once something holds, or fail."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not fits():
        assert time.monotonic() < deadline, "it did not happen"
        pause.wait(0.1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """One purchase: its order in the shop, and its order at Klarna."""

    order_id: int
    klarna_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """Where its parts are, and the settings its commands are given."""

    klarna_url: str
    shop_url: str
    shop_key: str
    settings: dict[str, str]

    @property
    def _orders(self) -> str:
        return f"{self.shop_url}/wp-json/wc/v3/orders"

    def run(self, *words: str, lines: tuple[str, ...] = ()) -> str:
        """Run a command of the installation to its end; return what it said."""
        return run(list(words), self.settings, lines=lines)

    def connect(self) -> str:
        """Connect the shop, as a merchant does by hand; return what was said."""
        key, secret = self.shop_key.split(":")
        return self.run(
            *("shop", "add", self.shop_url, "--klarna-url", self.klarna_url),
            lines=(key, secret, "PK12345_demo", "practice"),
        )

    def buy(self, *, authorized: int = MUG) -> Placed:
        """Place an order of one mug, paid with Klarna."""
        products = ask(f"{self.shop_url}/wp-json/wc/v3/products?sku=MUG-1", key=self.shop_key)
        placed = ask(
            f"{self.klarna_url}/__sim/orders",
            {"order_amount": authorized, "currency": "SEK", "country": "SE"},
            method="POST",
        )
        order = {
            "payment_method": "klarna_payments",
            "transaction_id": placed["order_id"],
            "set_paid": True,
            "currency": "SEK",
            "billing": {"country": "SE", "first_name": "Astrid", "last_name": "Lind"},
            "line_items": [{"product_id": products[0]["id"], "quantity": 1}],
        }
        made = ask(self._orders, order, key=self.shop_key, method="POST")
        return Placed(order_id=made["id"], klarna_id=placed["order_id"])

    def complete(self, placed: Placed) -> None:
        """Ship it: in the shop the order becomes Completed."""
        url = f"{self._orders}/{placed.order_id}"
        ask(url, {"status": "completed"}, key=self.shop_key, method="PUT")

    def klarna_record(self, placed: Placed) -> dict[str, Any]:
        """Return the practice Klarna's own record of an order."""
        found: dict[str, Any] = ask(f"{self.klarna_url}/__sim/orders/{placed.klarna_id}")
        return found

    def notes(self, placed: Placed) -> list[str]:
        """Return the notes of the shop's order."""
        found = ask(f"{self._orders}/{placed.order_id}/notes", key=self.shop_key)
        return [note["note"] for note in found]

    def wait_for_capture(self, placed: Placed) -> None:
        """Return once Klarna has captured the order, or fail."""
        wait_until(lambda: self.klarna_record(placed)["status"] == "CAPTURED")

    def wait_for_note(self, placed: Placed, text: str) -> None:
        """Return once a note of the order holds the text, or fail."""
        wait_until(lambda: any(text in note for note in self.notes(placed)))


@contextmanager
def installed(folder: Path, **settings: str) -> Iterator[Installation]:
    """Run both practice services, and give an installation that is not served yet."""
    klarna_port, shop_port, port = free_port(), free_port(), free_port()
    with ExitStack() as running:
        running.enter_context(
            serving("sandbox", "klarna", "--port", klarna_port, ready="never compared")
        )
        _, said = running.enter_context(
            serving("sandbox", "shop", "--port", shop_port, ready="secret")
        )
        words = " ".join(said).split()
        key = next(word for word in words if word.startswith("ck_"))
        secret = next(word for word in words if word.startswith("cs_"))
        yield Installation(
            klarna_url=f"http://127.0.0.1:{klarna_port}",
            shop_url=f"http://127.0.0.1:{shop_port}",
            shop_key=f"{key}:{secret}",
            settings={
                "KVITT_DATA_DIR": str(folder / "kvitt"),
                "KVITT_ENVIRONMENT": "demo",
                "KVITT_PORT": port,
                "KVITT_PUBLIC_URL": f"http://127.0.0.1:{port}",
                **settings,
            },
        )
