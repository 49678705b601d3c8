"""A short run of every fuzzer, the same each time; ``make fuzz`` runs them for long."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.targets import TARGETS

HERE = Path(__file__).parent
SEEDS = HERE / "seeds"
#: Enough to try each seed and its near neighbours, in seconds.
RUNS = 4000
PATIENCE_SECONDS = 120


def seeds() -> list[Path]:
    return sorted(path for path in SEEDS.glob("*/*") if path.is_file())


@pytest.mark.parametrize("seed", seeds(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_seed_holds(seed: Path) -> None:
    """What once was found, and what real services answer, is read as it should be."""
    TARGETS[seed.parent.name](seed.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_seeds(target: str) -> None:
    """No fuzzer begins with nothing."""
    assert [seed for seed in seeds() if seed.parent.name == target]


@pytest.mark.parametrize("target", TARGETS)
def test_a_short_run_finds_nothing(target: str, tmp_path: Path) -> None:
    """A run of fixed length from a fixed seed finds no input that breaks what holds."""
    pytest.importorskip("atheris", reason="atheris has no wheel for this Python or system")

    ended = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "fuzz",
                target,
                f"-runs={RUNS}",
                "-seed=1",
                "-max_len=4096",
            ),
            *("-verbosity=0", f"-artifact_prefix={tmp_path}/", str(tmp_path)),
            str(SEEDS / target),
        ],
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-4000:]
