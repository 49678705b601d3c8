"""Every situation that a row of a decision test describes, by the words of its row.

The tables of ``tests/unit/domain`` say what matters about a plan; here the same situations
are told in full, so that no figure and no sentence changes unseen.
"""

from collections.abc import Iterator
from types import ModuleType

import pytest
from _pytest.mark import ParameterSet

from decisions_page.groups import GROUPS
from kvitt.domain.plan import Situation
from unit.domain import (
    test_commands,
    test_commands_refund,
    test_customer_care,
    test_decide,
    test_decide_guards,
    test_decide_holds,
    test_decide_part_refunds,
    test_decide_refunds,
    test_decide_refunds_elsewhere,
    test_decide_weaknesses,
    test_details,
    test_expiry,
    test_left,
    test_policy_off,
    test_wishes,
)

_MODULES = (
    test_commands,
    test_commands_refund,
    test_customer_care,
    test_decide,
    test_decide_guards,
    test_decide_holds,
    test_decide_part_refunds,
    test_decide_refunds,
    test_decide_refunds_elsewhere,
    test_decide_weaknesses,
    test_details,
    test_expiry,
    test_left,
    test_policy_off,
    test_wishes,
)


def situations() -> dict[str, Situation]:
    """Return the situations, the first of each by its name."""
    found = {
        question.asked: question.situation for group in GROUPS for question in group.questions
    }
    for module in _MODULES:
        for name, value in _of(module):
            found.setdefault(name, value)
    return found


def _of(module: ModuleType) -> Iterator[tuple[str, Situation]]:
    own = module.__name__.rpartition(".")[2]
    for name, value in vars(module).items():
        if isinstance(value, Situation):
            yield f"{own}: {name}", value
        for mark in getattr(value, "pytestmark", ()):
            if mark.name == "parametrize":
                yield from _rows(f"{own}: {name}", mark)


def _rows(name: str, mark: pytest.Mark) -> Iterator[tuple[str, Situation]]:
    ids = list(mark.kwargs.get("ids") or ()) if not callable(mark.kwargs.get("ids")) else []
    for number, row in enumerate(mark.args[1]):
        values = row.values if isinstance(row, ParameterSet) else row
        label = ids[number] if number < len(ids) else str(number)
        if isinstance(row, ParameterSet) and row.id:
            label = str(row.id)
        for value in values if isinstance(values, tuple | list) else (values,):
            if isinstance(value, Situation):
                yield f"{name}: {label}", value
