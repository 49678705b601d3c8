"""Stopping and starting the demo: what was done stays done, wherever it listens next."""

import subprocess
import threading
from pathlib import Path
from typing import Any

from running import Demo, command, demo_of, environment

PATIENCE_SECONDS = 30


def orders_of(demo: Demo) -> list[dict[str, Any]]:
    """Return the practice Klarna's own list of orders."""
    found: list[dict[str, Any]] = demo.ask("/klarna/__sim/orders")["orders"]
    return found


def capture(demo: Demo, order: dict[str, Any]) -> dict[str, Any]:
    """Complete an order in the shop, and return Klarna's record once it is captured."""
    demo.put_order(int(order["merchant_reference2"]), {"status": "completed"})
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 10):
        record = demo.klarna_record(order["order_id"])
        if record["status"] == "CAPTURED":
            return record
        pause.wait(0.1)
    raise AssertionError("the order was not captured")


def practised_on(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the newest orders, which nobody has done anything to."""
    untouched = [order for order in orders if order["status"] == "AUTHORIZED"]
    return sorted(untouched, key=lambda order: -int(order["merchant_reference2"]))


def test_a_demo_that_is_started_again_has_kept_everything(tmp_path: Path) -> None:
    """Another port the next time: the orders are the same, and kvitt still hears of changes."""
    with demo_of(tmp_path) as first:
        newest, second_newest, *_ = practised_on(orders_of(first))
        captured = capture(first, newest)

    with demo_of(tmp_path) as again:
        kept = again.klarna_record(newest["order_id"])
        later = capture(again, second_newest)
        orders = orders_of(again)

    assert kept["captures"] == captured["captures"]
    assert len(later["captures"]) == 1
    assert len(orders) == 30

    with demo_of(tmp_path, "--reset") as anew:
        fresh = orders_of(anew)

    assert len(fresh) == 30
    assert not {order["order_id"] for order in fresh} & {order["order_id"] for order in orders}


def test_reset_leaves_a_folder_alone_that_is_not_a_demo_s(tmp_path: Path) -> None:
    """A slip of the pen does not remove somebody's files."""
    precious = tmp_path / "accounts.txt"
    precious.write_text("ours")

    done = subprocess.run(
        [str(command()), "demo", "--reset", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env=environment(),
    )

    assert done.returncode != 0
    assert "left alone" in done.stderr
    assert precious.read_text() == "ours"


def test_a_taken_port_is_said_so_in_a_sentence(tmp_path: Path) -> None:
    """A port that was asked for is not silently another one."""
    with demo_of(tmp_path / "first") as running:
        done = subprocess.run(
            [
                str(command()),
                "demo",
                "--port",
                running.url.rsplit(":", 1)[1],
                "--data",
                str(tmp_path / "second"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
            env=environment(),
        )

    assert done.returncode != 0
    assert "is taken" in done.stderr
    assert "Traceback" not in done.stderr
