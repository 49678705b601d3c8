"""Failing runs as files, which the suite replays for ever.

A file holds the choices of a shrunk run, what it broke, and its tape: a line for each
event, as people read it. The tape is what it was then; the choices are what is replayed.
It names the planted bug that is what was mended: with it, the run has to fail as it did,
or the simulation has changed so much that the choices show nothing any more.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulation.choices import Choices
from simulation.run import Outcome, run
from simulation.schedule import SECOND

FOLDER = Path(__file__).parent / "seeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """One run that once failed."""

    name: str
    seed: int
    broke: str
    choices: tuple[int, ...]
    tape: tuple[str, ...]
    #: The bug of ``planted`` that brings the failure back.
    planted: str = ""

    def save(self, folder: Path = FOLDER) -> Path:
        """Write the run to its file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        document = {
            "seed": self.seed,
            "broke": self.broke,
            "planted": self.planted,
            "choices": list(self.choices),
            "tape": list(self.tape),
        }
        path.write_text(_written(document), encoding="utf-8")
        return path


def load_all(folder: Path = FOLDER) -> list[Fixture]:
    """Return every run that once failed, by name."""
    return [_load(path) for path in sorted(folder.glob("*.json"))]


def taped(choices: Sequence[int]) -> tuple[Outcome, tuple[str, ...]]:
    """Run the choices again and return its tape too."""
    lines: list[str] = []

    def tape(at: int, who: str, what: str) -> None:
        lines.append(f"{_clock(at)}  {who:<9} {what}")

    outcome = run(Choices(given=choices), tape=tape)
    return outcome, tuple(lines)


def _load(path: Path) -> Fixture:
    document = json.loads(path.read_text(encoding="utf-8"))
    return Fixture(
        name=path.stem,
        seed=document["seed"],
        broke=document["broke"],
        choices=tuple(document["choices"]),
        tape=tuple(document["tape"]),
        planted=document["planted"],
    )


def _written(document: dict[str, object]) -> str:
    """Write the choices on one line, so that the tape is what a reader sees."""
    text = json.dumps({**document, "choices": "CHOICES"}, indent=1, ensure_ascii=False)
    return text.replace('"CHOICES"', json.dumps(document["choices"])) + "\n"


def _clock(at: int) -> str:
    """Write a time as hours, minutes, seconds and milliseconds since the start."""
    seconds, micros = divmod(at, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:3d}:{minutes:02d}:{seconds:02d}.{micros // 1_000:03d}"
