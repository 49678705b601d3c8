"""What a campaign came to, as a line that ``TESTED.md`` is written from."""

import json
from pathlib import Path

OUTPUT = Path(__file__).parents[2] / "test-output"


def write(*, kills: int, seed: int, faults: int, seconds: float, database: str = "") -> None:
    """Add a line about kills that were carried out."""
    OUTPUT.mkdir(exist_ok=True)
    line = {
        "what": "kills",
        "kills": kills,
        "seed": seed,
        "faults": faults,
        "seconds": round(seconds, 1),
        "database": database or "sqlite",
    }
    with (OUTPUT / "kills.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
