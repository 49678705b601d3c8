"""A planted bug: a change that breaks a promise, made to objects and never to the source.

The suite has to notice each within the number of schedules it names: that is the proof
that finding nothing in the code as it is means something.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

#: The object, the name on it, and what is put there instead.
Change = tuple[Any, str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """What is broken, how, and within how many schedules it must be noticed."""

    name: str
    what: str
    changes: tuple[Change, ...]
    within: int = 400

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Have the bug for as long as this lasts."""
        with ExitStack() as stack:
            for owner, name, value in self.changes:
                before = vars(owner)[name]
                stack.callback(setattr, owner, name, before)
                setattr(owner, name, value)
            yield


def bug(name: str, what: str, *changes: Change, within: int = 400) -> Bug:
    """Return a bug."""
    return Bug(name=name, what=what, changes=changes, within=within)


def calm(*_: Any, **__: Any) -> None:
    """Do nothing."""


def always(value: Any) -> Callable[..., Any]:
    """Return a function that answers the same to everything."""
    return lambda *_, **__: value
