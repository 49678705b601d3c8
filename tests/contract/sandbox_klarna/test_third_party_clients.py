"""Witnesses for the practice Klarna: other people's clients, where this machine has them.

They are not ours to ship. `KVITT_TEST_KLARNA_PHP_SDK` names a checkout of Klarna's archived
PHP SDK, and `KVITT_TEST_KLARNA_PYTHON_SDK` a folder with the generated Python SDK and what it
needs (klarna-api.md §16). Without them these tests are skipped and say so.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.hosting import new_server, running
from contract.sandbox_klarna.till import PASSWORD, USER, Till

HERE = Path(__file__).parent
PHP_SDK = "KVITT_TEST_KLARNA_PHP_SDK"
PYTHON_SDK = "KVITT_TEST_KLARNA_PYTHON_SDK"
PATIENCE = 120


def folder_of(variable: str, mark: str) -> Path:
    """Return the SDK's folder, or skip; a folder without the SDK is a mistake."""
    given = os.environ.get(variable)
    if not given:
        pytest.skip(f"{variable} does not say where that SDK is; it is not part of kvitt")
    folder = Path(given)
    assert (folder / mark).exists(), f"{variable} is {given}, which has no {mark}"
    return folder


def said(command: list[str], **environment: str) -> dict[str, Any]:
    """Run a client and return what it reports."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr + done.stdout
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


@pytest.fixture
def url(till: Till) -> Iterator[str]:
    """The till's Klarna on a port of this machine."""
    server = new_server()
    server.set_app(till.app)
    with running(server) as address:
        yield address


def test_klarna_s_php_sdk_lives_an_order(till: Till, url: str) -> None:
    """Every call of the archived SDK's order management does what the SDK expects of it."""
    sdk = folder_of(PHP_SDK, "src/autoload.php")
    php = shutil.which("php")
    assert php is not None, f"{PHP_SDK} is set, and there is no php to run it with"
    script = str(HERE / "php_sdk_life.php")

    told = said([php, script, str(sdk), url, USER, PASSWORD, till.place(), till.place()])

    assert told["over_refund"].startswith("REFUND_NOT_ALLOWED")
    assert {name: told[name] for name in told if name != "over_refund"} == {
        "status_at_first": "AUTHORIZED",
        "status_after_part": "PART_CAPTURED",
        "captured": 500,
        "captures": 1,
        "status_at_last": "CAPTURED",
        "refunded": 200,
        "reference": "php-1",
        "cancelled": "CANCELLED",
        "wrong_password": "RuntimeException",
    }


def test_the_generated_python_sdk_lives_an_order(till: Till, url: str) -> None:
    """A repeated key gives the first capture again; refusals become the SDK's own errors."""
    sdk = folder_of(PYTHON_SDK, "klarna/klarna_client.py")
    script = str(HERE / "python_sdk_life.py")
    order = till.place()

    told = said([sys.executable, script, url, USER, PASSWORD, order], PYTHONPATH=str(sdk))

    (capture,) = till.read(order)["captures"]
    assert told == {
        "at_first": "AUTHORIZED",
        "capture_ids": [capture["capture_id"]] * 2,
        "statuses": [201, 201],
        "refund": 201,
        "over": {
            "class": "RefundNotAllowedErrorMessageException",
            "status": 403,
            "code": "REFUND_NOT_ALLOWED",
        },
        "at_last": "CAPTURED",
        "unknown": {
            "class": "NoSuchOrderErrorMessageException",
            "status": 404,
            "code": "NO_SUCH_ORDER",
        },
        "stranger": {"class": "ApiException", "status": 401, "code": ""},
    }
