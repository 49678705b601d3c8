"""Every situation that a row of a decision test describes, by the words of its row.

The tables of ``tests/unit/domain`` say what matters about a plan; here the same situations
are told in full, so that no figure and no sentence changes unseen.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from decisions_page.groups import GROUPS
from kvitt.domain.plan import Situation
from kvitt.domain.store_order import StoreOrder, StoreRefund
from unit.domain import (
    test_commands,
    test_commands_refund,
    test_customer_care,
    test_decide,
    test_decide_coalesced,
    test_decide_guards,
    test_decide_holds,
    test_decide_part_refunds,
    test_decide_reference,
    test_decide_refunds,
    test_decide_refunds_again,
    test_decide_refunds_elsewhere,
    test_decide_weaknesses,
    test_details,
    test_expiry,
    test_left,
    test_lines_worked_examples,
    test_policy_off,
    test_refund_lines_worked_examples,
    test_wishes,
)

_MODULES = (
    test_commands,
    test_commands_refund,
    test_customer_care,
    test_decide,
    test_decide_coalesced,
    test_decide_guards,
    test_decide_holds,
    test_decide_part_refunds,
    test_decide_reference,
    test_decide_refunds,
    test_decide_refunds_again,
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
    questions = (question for group in GROUPS for question in group.questions)
    found = {question.asked: question.situation for question in questions}
    for module in _MODULES:
        for name, values in _rows(module):
            for value in values:
                if isinstance(value, Situation):
                    found.setdefault(name, value)
    return found


def examples() -> dict[str, tuple[StoreOrder, StoreRefund | None]]:
    """Return the orders, and the refunds of them, whose lines are worked examples."""
    found: dict[str, tuple[StoreOrder, StoreRefund | None]] = {}
    for module in (test_lines_worked_examples, test_refund_lines_worked_examples):
        for name, values in _rows(module):
            placed = next((value for value in values if isinstance(value, StoreOrder)), None)
            booked = next((value for value in values if isinstance(value, StoreRefund)), None)
            if placed is not None:
                found.setdefault(name, (placed, booked))
    return found


def choices() -> dict[str, tuple[Situation, Mapping[str, Any]]]:
    """Return what operators ask for in the tables of commands, with what they fill in."""
    found: dict[str, tuple[Situation, Mapping[str, Any]]] = {}
    for module in (test_commands, test_commands_refund):
        for name, values in _rows(module):
            asked = next((value for value in values if isinstance(value, Situation)), None)
            choice = next((value for value in values if isinstance(value, dict)), None)
            if asked is not None and choice is not None:
                found.setdefault(name, (asked, choice))
    return found


def _rows(module: ModuleType) -> Iterator[tuple[str, Sequence[object]]]:
    """Return the values of a module's tables and its named situations."""
    own = module.__name__.rpartition(".")[2]
    for name, value in vars(module).items():
        yield f"{own}: {name}", (value,)
        for mark in getattr(value, "pytestmark", ()):
            if mark.name == "parametrize":
                for label, values in _labelled(mark):
                    yield f"{own}: {name}: {label}", values


def _labelled(mark: pytest.Mark) -> Iterator[tuple[str, Sequence[object]]]:
    ids = mark.kwargs.get("ids") or ()
    labels = [] if callable(ids) else [str(label) for label in ids]
    for number, row in enumerate(mark.args[1]):
        label = labels[number] if number < len(labels) else str(number)
        if isinstance(row, ParameterSet):
            yield str(row.id or label), row.values
        else:
            yield label, row if isinstance(row, tuple | list) else (row,)
