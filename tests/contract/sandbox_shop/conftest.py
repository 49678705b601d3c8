from collections.abc import Callable
from typing import Any

import pytest

from contract.sandbox_shop import stage as staging
from contract.sandbox_shop.stage import SAMPLES, Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def sample(record_property: Callable[[str, object], None]) -> Callable[[str], Any]:
    """Read a captured file and note that it was replayed."""

    def read(name: str) -> Any:
        record_property("sample", name)
        return staging.read(name)

    return read


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    replayed = {
        str(value)
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "sample"
    }
    every = {path for path in SAMPLES.rglob("*.*") if path.parent != SAMPLES}
    if replayed:
        terminalreporter.write_line(
            f"sandbox shop: {len(replayed)} of {len(every)} captured answers replayed"
        )
