"""Making a failing run small: fewer choices, and duller ones, that still fail the same way.

Choices are cut out in pieces and set to 0, which always means the dull thing, and every
candidate is run again. What is left is what the failure needs.
"""

from collections.abc import Callable, Iterator, Sequence

from simulation.choices import Choices
from simulation.run import Outcome, run

#: Runs that are spent on one failure.
BUDGET = 1_500

Runs = Callable[[Choices], Outcome]


def shrink(
    choices: Sequence[int],
    *,
    invariants: frozenset[str],
    runs: Runs = run,
    budget: int = BUDGET,
) -> tuple[int, ...]:
    """Return fewer choices that break one of the same invariants."""
    best = tuple(choices)
    left = budget
    improved = True
    while improved and left > 0:
        improved = False
        for candidate in _simpler(best):
            left -= 1
            if left <= 0:
                break
            outcome = runs(Choices(given=candidate))
            if not invariants & {each.invariant for each in outcome.violations}:
                continue
            shorter = _without_tail(candidate)
            if _size(shorter) < _size(best):
                best, improved = shorter, True
                break
    return best


def _simpler(choices: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Give candidates, the boldest first."""
    length = len(choices)
    piece = length // 2
    while piece:
        for start in range(0, length, piece):
            yield choices[:start] + choices[start + piece :]
        for start in range(0, length, piece):
            part = choices[start : start + piece]
            if any(part):
                yield choices[:start] + (0,) * len(part) + choices[start + piece :]
        piece //= 2
    for at, value in enumerate(choices):
        if value > 1:
            yield (*choices[:at], value // 2, *choices[at + 1 :])


def _without_tail(choices: tuple[int, ...]) -> tuple[int, ...]:
    """Leave out the dull choices at the end: they are made anyway."""
    end = len(choices)
    while end and not choices[end - 1]:
        end -= 1
    return choices[:end]


def _size(choices: tuple[int, ...]) -> tuple[int, int]:
    return sum(1 for choice in choices if choice), len(choices) + sum(choices)
