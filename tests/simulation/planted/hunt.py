"""Looking for a planted bug: seeds from 0 on, until one breaks a promise."""

import gc
import logging
from dataclasses import asdict, dataclass

from simulation.choices import Choices
from simulation.planted.all_bugs import named
from simulation.run import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt:
    """What looking for one bug came to."""

    name: str
    bug: str
    within: int
    #: Schedules that were run.
    schedules: int
    #: The first promise that was broken; empty where the bug was not noticed.
    broke: str = ""

    @property
    def found(self) -> bool:
        """Say whether the bug was noticed."""
        return bool(self.broke)

    def facts(self) -> dict[str, object]:
        """Return the hunt as it is written down."""
        return {**asdict(self), "found": self.found}


def hunt(name: str) -> Hunt:
    """Plant a bug and run seeds until it is noticed, or as many as it may take."""
    planted = named(name)
    logging.disable(logging.CRITICAL)
    gc.disable()
    try:
        with planted.planted():
            for seed in range(planted.within):
                outcome = run(Choices(seed=seed))
                if outcome.violations:
                    return Hunt(
                        name=name,
                        bug=planted.what,
                        within=planted.within,
                        schedules=seed + 1,
                        broke=str(outcome.violations[0]),
                    )
    finally:
        gc.enable()
        logging.disable(logging.NOTSET)
    return Hunt(name=name, bug=planted.what, within=planted.within, schedules=planted.within)
