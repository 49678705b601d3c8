"""An installation of one's own: connected by hand, served, and told by webhooks.

The practice shop and the practice Klarna run as commands of their own, as other people's
would; `kvitt serve` is the third process.
"""

import subprocess
from pathlib import Path

import pytest

from acceptance.installation import MUG, PATIENCE_SECONDS, installed
from running import command, environment, serving


def test_an_order_of_a_shop_connected_by_hand_is_captured(tmp_path: Path) -> None:
    """migrate, user add, serve, shop add: a webhook tells, and the order is captured."""
    with installed(tmp_path) as installation:
        installation.run("migrate")
        installation.run(
            *("user", "add", "anna", "--role", "owner"), lines=("a long enough pass phrase",)
        )
        with serving("serve", ready="kvitt serves", **installation.settings):
            told = installation.connect()
            placed = installation.buy(authorized=15_625)
            installation.complete(placed)
            installation.wait_for_capture(placed)
            record = installation.klarna_record(placed)
        people, shops = installation.run("user", "list"), installation.run("shop", "list")

    assert "The shop tells kvitt of every change (4 webhooks)." in told
    assert record["captured_amount"] == MUG
    assert "anna" in people
    assert installation.shop_url in shops


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
