"""Plans in full, one row after the other, as ``plans.txt`` keeps them.

``scripts/decisions`` writes the file; ``tests/unit/domain/test_told.py`` compares it. A
change of a rule, a figure or a sentence is then seen in its difference, and reviewed.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kvitt.domain.asks import Command
from kvitt.domain.decide import commands, decide
from kvitt.domain.decide.left import LineLeft, lines_left
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.line_builder import build_lines
from kvitt.domain.lines import Json
from kvitt.domain.plan import Plan, Situation
from kvitt.domain.refund_lines import build_refund_lines
from kvitt.domain.render import render_json
from kvitt.domain.store_order import StoreOrder, StoreRefund

PATH = Path(__file__).with_name("plans.txt")
LINES_PATH = Path(__file__).with_name("lines.txt")
CHOICES_PATH = Path(__file__).with_name("choices.txt")
_PARTS = ("ordered", "captured", "refunded", "to_capture", "to_refund")


def tell(found: Mapping[str, Situation]) -> str:
    """Return what is decided in each situation, and what may be asked for."""
    return "\n".join(line for name, each in found.items() for line in _row(name, each)) + "\n"


def tell_lines(found: Mapping[str, tuple[StoreOrder, StoreRefund | None]]) -> str:
    """Return the order lines of each example, as Klarna is sent them."""
    told = []
    for name, (placed, booked) in found.items():
        lines = build_lines(placed) if booked is None else build_refund_lines(placed, booked)
        told += [f"# {name}", *(str(_line(line.body())) for line in lines), ""]
    return "\n".join(told)


def tell_choices(found: Mapping[str, tuple[Situation, Mapping[str, Any]]]) -> str:
    """Return what comes of each request: a capture's and a refund's plan, or why not."""
    told = []
    for name, (asked, choice) in found.items():
        told += [f"# {name}", *_asked(asked, choice, refund="refund" in name), ""]
    return "\n".join(told)


def _asked(asked: Situation, choice: Mapping[str, Any], *, refund: bool) -> Iterator[str]:
    try:
        if refund:
            plan = commands.plan_refund(asked, request="1", **choice)
        else:
            plan = commands.plan_capture(asked, **choice)
    except NotAllowedNow as refusal:
        yield f"{refusal.code}: {refusal}"
    else:
        yield from _plan(plan, asked)


def _row(name: str, asked: Situation) -> Iterator[str]:
    yield f"# {name}"
    yield from _plan(decide(asked), asked)
    for command in Command:
        if (reason := commands.why_not(asked, command)) is not None:
            yield f"no {command.value}: {reason}"
        else:
            yield f"may {command.value}"
    yield from (_left(row) for row in lines_left(asked))
    yield ""


def _plan(plan: Plan, asked: Situation) -> Iterator[str]:
    shown = render_json(plan, scope=asked.scope)
    steps = shown.pop("steps")
    if isinstance(hold := shown["hold"], dict):
        hold.pop("sentence")
    assert isinstance(steps, list)
    yield json.dumps(shown, ensure_ascii=False, sort_keys=True)
    for step, action in zip(steps, plan.steps, strict=True):
        assert isinstance(step, dict)
        step.pop("key", None)
        body = step.get("body")
        lines = body.get("order_lines") if isinstance(body, dict) else None
        if isinstance(body, dict) and isinstance(lines, list):
            body["order_lines"] = [_line(line) for line in lines]
        yield "- " + json.dumps(step, ensure_ascii=False, sort_keys=True)
        yield f"  {_rest(action)}"


def _rest(action: object) -> str:
    """Return what a step holds that is not in its JSON."""
    names = ("invoice", "store_refund_id", "ours", "nth", "fingerprint", "captured_before")
    held = {name: str(getattr(action, name)) for name in names if hasattr(action, name)}
    return json.dumps(held, ensure_ascii=False)


def _line(line: Json) -> Json:
    assert isinstance(line, dict)
    return " ".join(str(value) for value in line.values())


def _left(row: LineLeft) -> str:
    shares = (getattr(row, part) for part in _PARTS)
    figures = ", ".join(f"{share.quantity} × {share.amount.minor}" for share in shares)
    return f"left of {row.id} {row.reference!r}: {figures}"
