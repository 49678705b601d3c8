"""Every decision of a run comes from here, and is written down.

The law: a run is a pure function of its choices. They are drawn from a seed, or read
from a list that an earlier run wrote; past the end of a list every choice is 0, which
always means the dull thing: no fault, nothing more happens, no delay. So a list with
pieces cut out is a run too, and mostly a simpler one: that is how runs are shrunk.
"""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Weights:
    """Parts of a whole, of which one is drawn; the first is the dull one."""

    __slots__ = ("_sums", "_total", "count")

    def __init__(self, parts: Sequence[float]) -> None:
        self._sums = tuple(accumulate(parts))
        self._total = self._sums[-1]
        #: How many parts there are.
        self.count = len(self._sums)

    def has(self, index: int) -> bool:
        """Say whether a part can be drawn at all."""
        if not 0 <= index < self.count:
            return False
        return self._sums[index] > (self._sums[index - 1] if index else 0)

    def index(self, point: float) -> int:
        """Return which part a point between 0 and 1 falls into."""
        at = point * self._total
        for index, end in enumerate(self._sums):
            if at < end:
                return index
        return 0


class Choices:
    """Draws from a seed, or repeats what was drawn before."""

    __slots__ = ("_given", "_random", "_seed", "made")

    def __init__(self, *, seed: int | None = None, given: Sequence[int] = ()) -> None:
        self._seed = seed
        self._random = None if seed is None else Random(seed)
        self._given = given
        #: What was chosen so far: enough to repeat the run.
        self.made: list[int] = []

    def below(self, count: int) -> int:
        """Return a whole number from 0 up to the count, not included."""
        if self._random is not None:
            drawn = int(self._random.random() * count)
        else:
            at = len(self.made)
            drawn = min(self._given[at], count - 1) if at < len(self._given) else 0
        self.made.append(drawn)
        return drawn

    def chance(self, likelihood: float) -> bool:
        """Say yes as often as the likelihood says; never draws where it is nothing."""
        if not likelihood:
            return False
        if self._random is not None:
            drawn = int(self._random.random() < likelihood)
        else:
            at = len(self.made)
            drawn = min(self._given[at], 1) if at < len(self._given) else 0
        self.made.append(drawn)
        return drawn == 1

    def aside(self, likelihood: float, *, name: str) -> bool:
        """Say yes as often as the likelihood says, and draw nothing of what is drawn otherwise.

        So that a new fault, which few runs have, leaves the other seeds' runs as they were.
        """
        if self._seed is not None:
            drawn = int(Random(f"{self._seed} {name}").random() < likelihood)
        else:
            at = len(self.made)
            drawn = min(self._given[at], 1) if at < len(self._given) else 0
        self.made.append(drawn)
        return drawn == 1

    def of(self, weights: Weights) -> int:
        """Return the index of a part, as often as its weight says."""
        if self._random is not None:
            drawn = weights.index(self._random.random())
        else:
            at = len(self.made)
            drawn = self._given[at] if at < len(self._given) else 0
            drawn = drawn if weights.has(drawn) else 0
        self.made.append(drawn)
        return drawn

    def one(self, options: Sequence[T]) -> T:
        """Return one of several, each as likely; the first is the dull one."""
        return options[self.below(len(options))]
