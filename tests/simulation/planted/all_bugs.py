"""Every planted bug, by name."""

from simulation.planted import answers, deciding, journal, keys, real, resolving, writing
from simulation.planted.bug import Bug

BUGS: tuple[Bug, ...] = (
    *keys.BUGS,
    *journal.BUGS,
    *answers.BUGS,
    *resolving.BUGS,
    *deciding.BUGS,
    *writing.BUGS,
    *real.BUGS,
)


def named(name: str) -> Bug:
    """Return the bug of a name."""
    return next(bug for bug in BUGS if bug.name == name)
