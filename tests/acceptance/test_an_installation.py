"""An installation of one's own: connected by hand, served, and told by webhooks.

The practice shop and the practice Klarna run as commands of their own, as other people's
would; `kvitt serve` is the third process.
"""

import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from running import command, environment, free_port, serving

PATIENCE_SECONDS = 30


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


def wait_for(url: str, field: str, expected: str) -> dict[str, Any]:
    """Return the record once its field is what is expected, or fail."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while True:
        found: dict[str, Any] = ask(url)
        if found.get(field) == expected or time.monotonic() > deadline:
            assert found.get(field) == expected
            return found
        pause.wait(0.1)


def test_an_order_of_a_shop_connected_by_hand_is_captured(tmp_path: Path) -> None:
    """migrate, user add, serve, shop add: a webhook tells, and the order is captured."""
    klarna_port, shop_port, port = free_port(), free_port(), free_port()
    klarna_url, shop_url = f"http://127.0.0.1:{klarna_port}", f"http://127.0.0.1:{shop_port}"
    own = {
        "KVITT_DATA_DIR": str(tmp_path / "kvitt"),
        "KVITT_ENVIRONMENT": "demo",
        "KVITT_PORT": port,
        "KVITT_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
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
        run(["migrate"], own)
        run(
            ["user", "add", "anna", "--role", "owner"],
            own,
            lines=("a long enough pass phrase",),
        )
        running.enter_context(serving("serve", ready="kvitt serves", **own))
        told = run(
            ["shop", "add", shop_url, "--klarna-url", klarna_url],
            own,
            lines=(key, secret, "PK12345_demo", "practice"),
        )
        placed = ask(
            f"{klarna_url}/__sim/orders",
            {"order_amount": 15_625, "currency": "SEK", "country": "SE"},
            method="POST",
        )
        order = ask(
            f"{shop_url}/wp-json/wc/v3/orders",
            {
                "payment_method": "klarna_payments",
                "transaction_id": placed["order_id"],
                "set_paid": True,
                "currency": "SEK",
                "billing": {"country": "SE", "first_name": "Astrid", "last_name": "Lind"},
                "line_items": [
                    {"product_id": product_of(shop_url, key, secret), "quantity": 1}
                ],
            },
            key=f"{key}:{secret}",
            method="POST",
        )
        ask(
            f"{shop_url}/wp-json/wc/v3/orders/{order['id']}",
            {"status": "completed"},
            key=f"{key}:{secret}",
            method="PUT",
        )

        record = wait_for(
            f"{klarna_url}/__sim/orders/{placed['order_id']}", "status", "CAPTURED"
        )

    assert "Created 4 webhooks." in told
    assert record["captured_amount"] == 12_500
    assert "anna" in run(["user", "list"], own)
    assert shop_url in run(["shop", "list"], own)


def product_of(shop_url: str, key: str, secret: str) -> int:
    """Return the mug's id: 125.00 SEK with tax."""
    products = ask(f"{shop_url}/wp-json/wc/v3/products?sku=MUG-1", key=f"{key}:{secret}")
    return int(products[0]["id"])


@pytest.mark.parametrize(
    ("words", "lines", "says"),
    [
        pytest.param(["plan"], (), "name an order", id="plan of nothing"),
        pytest.param(
            ["plan", "--shop", "missing.json"],
            (),
            "cannot be read",
            id="a file that is not there",
        ),
        pytest.param(
            ["user", "add", "bo", "--role", "king"], ("x",), "not a role", id="an unknown role"
        ),
        pytest.param(
            ["shop", "add", "http://shop.example"],
            ("ck_1", "cs_1", "u", "p"),
            "https",
            id="a public shop without TLS",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    tmp_path: Path, words: list[str], lines: tuple[str, ...], says: str
) -> None:
    """No traceback, a code that is not 0, and a sentence."""
    done = subprocess.run(
        [str(command()), *words],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env=environment(KVITT_DATA_DIR=str(tmp_path)),
    )

    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert says in done.stderr
