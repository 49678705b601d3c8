"""How commands that move money ask: show the plans, ask a person, carry out, report.

The laws:

1. Nothing is sent that was not shown, or that ``--yes`` did not allow.
2. One order's trouble is told and does not stop the others.
3. The exit code says the worst that happened: 0 all done, 1 something was refused or
   impossible, 3 something is still on its way (do not repeat it: ask for it with
   ``kvitt show``), 4 a setting is wrong.
"""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from cyclopts import Parameter
from rich.console import Console
from rich.prompt import Confirm
from rich.table import Table

from kvitt.application.commands import Review
from kvitt.cli.progress import watched
from kvitt.cli.words import STANDARD_INPUT
from kvitt.domain import render
from kvitt.domain.asks import Answer, AskState, Request
from kvitt.domain.errors import ConfigurationError, KvittError, NotAllowedNow
from kvitt.domain.lines import Json
from kvitt.facade import Kvitt, OrderRef

EXIT_REFUSED = 1
EXIT_WAITING = 3

console = Console(highlight=False)

#: How an answer looks on a terminal.
_STYLES = {
    AskState.DONE: "green",
    AskState.WAITING: "yellow",
    AskState.REFUSED: "red",
    AskState.WITHDRAWN: "dim",
}

_AGAIN = "asked for before under this key: this is its answer"

#: Makes the request for one order, where its currency and lines are known.
RequestOf = Callable[[Kvitt, OrderRef], Request]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How a command is to ask and to speak: the options that all of them have."""

    shop: Annotated[str, Parameter(help="The shop, where several have such an order.")] = ""
    yes: Annotated[
        bool, Parameter(name=("--yes", "-y"), negative=(), help="Do not ask first.")
    ] = False
    dry_run: Annotated[bool, Parameter(negative=(), help="Show the plan and send nothing.")] = (
        False
    )
    as_json: Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")] = False
    wait: Annotated[
        int, Parameter(help="Seconds to wait for each answer; without one by then, code 3.")
    ] = 30
    key: Annotated[
        UUID | None,
        Parameter(help="A UUID of your own: a command given twice with it asks once."),
    ] = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One order with what would be done, or why nothing can be."""

    name: str
    key: UUID
    order: OrderRef | None = None
    review: Review | None = None
    #: Asked for before under this key: its answer is given, and nothing is asked for again.
    repeated: Request | None = None
    why_not: str = ""

    @property
    def possible(self) -> bool:
        """Say whether there is anything to carry out or to answer."""
        return self.review is not None or self.repeated is not None

    @property
    def sends(self) -> bool:
        """Say whether something new would be sent: a question to Klarna moves nothing."""
        return self.review is not None and bool(self.review.plan.steps)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What became of one order's request."""

    name: str
    key: UUID
    answer: Answer


def numbers_of(words: Iterable[str]) -> tuple[str, ...]:
    """Return the order numbers that were typed; ``-`` reads them from standard input.

    There may be none on it: a list that is empty today is no mistake.
    """
    typed = tuple(words)
    numbers: list[str] = []
    for word in typed:
        numbers += sys.stdin.read().split() if word == STANDARD_INPUT else [word]
    if not typed:
        raise ConfigurationError("name an order, or give - and its numbers on standard input")
    return tuple(dict.fromkeys(numbers))


def carry_out(numbers: Sequence[str], request_of: RequestOf, manner: Manner) -> int:
    """Review a request for each order, ask, carry out and report; return the exit code."""
    if not numbers:
        return nothing_named(as_json=manner.as_json)
    with Kvitt.open(actor="cli") as kvitt:
        proposals = [_propose(kvitt, number, request_of, manner) for number in numbers]
        possible = [proposal for proposal in proposals if proposal.possible]
        if not manner.as_json:
            _show(proposals, console)
        if manner.dry_run or not possible or not _may_go_on(possible, manner):
            if manner.as_json:
                _print_json([_proposal_json(proposal) for proposal in proposals])
            fine = manner.dry_run and possible and len(possible) == len(proposals)
            return 0 if fine else EXIT_REFUSED
        each = watched(possible, saying="Carrying out", total=len(possible))
        reports = [_carry_out(kvitt, proposal, manner) for proposal in each]
    refused = [_impossible(proposal) for proposal in proposals if not proposal.possible]
    return _report([*reports, *refused], manner)


def nothing_named(*, as_json: bool) -> int:
    """Say that no order was named on standard input, which is all right."""
    if as_json:
        _print_json([])
    else:
        console.print("No order was named on standard input: there is nothing to do.")
    return 0


def _propose(kvitt: Kvitt, number: str, request_of: RequestOf, manner: Manner) -> Proposal:
    """Return what would be done for one order."""
    key = uuid5(manner.key, number) if manner.key else uuid4()
    try:
        order = kvitt.order(number, shop=manner.shop)
        request = request_of(kvitt, order)
        if kvitt.asked_before(order, request, key=key):
            return Proposal(name=number, key=key, order=order, repeated=request)
        review = kvitt.review(order, request, key=key)
    except NotAllowedNow as refusal:
        return Proposal(name=number, key=key, why_not=str(refusal))
    return Proposal(name=number, key=key, order=order, review=review)


def _carry_out(kvitt: Kvitt, proposal: Proposal, manner: Manner) -> Report:
    patience = timedelta(seconds=max(manner.wait, 0))
    order, review, key = proposal.order, proposal.review, proposal.key
    try:
        if order is not None and proposal.repeated is not None:
            outcome = kvitt.ask(order, proposal.repeated, key=key, patience=patience)
        elif order is not None and review is not None:
            outcome = kvitt.carry_out(order, review, key=key, patience=patience)
        else:
            return _impossible(proposal)
    except KvittError as error:
        answer = Answer(state=AskState.REFUSED, text=str(error))
        return Report(name=proposal.name, key=proposal.key, answer=answer)
    return Report(name=proposal.name, key=proposal.key, answer=outcome.answer)


def _impossible(proposal: Proposal) -> Report:
    answer = Answer(state=AskState.REFUSED, text=proposal.why_not)
    return Report(name=proposal.name, key=proposal.key, answer=answer)


def _may_go_on(possible: Sequence[Proposal], manner: Manner) -> bool:
    """Say whether what was shown may be sent. Raises ConfigurationError without a person."""
    if manner.yes or not any(proposal.sends for proposal in possible):
        return True
    check_somebody_is_there()
    # Standard output is for the program that reads it; the person sees the other.
    screen = Console(stderr=True, highlight=False) if manner.as_json else console
    if manner.as_json:
        _show(possible, screen)
    orders = "this order" if len(possible) == 1 else f"these {len(possible)} orders"
    return Confirm.ask(f"Carry this out for {orders}?", console=screen, default=False)


def check_somebody_is_there() -> None:
    """Raise ConfigurationError where nobody could answer a question."""
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "nobody is there to ask: look at it with --dry-run, then give --yes"
        )


def _show(proposals: Sequence[Proposal], screen: Console) -> None:
    """Print what would be done: in full for one order, as a table for many."""
    if len(proposals) > 1:
        table = Table("Order", "What", "Why, or why not")
        for proposal in proposals:
            plan = proposal.review.plan if proposal.review else None
            what = (
                ", ".join(render.title_of(step) for step in plan.steps) if plan else "Nothing"
            )
            why = _AGAIN if proposal.repeated else proposal.why_not
            table.add_row(proposal.name, what, plan.reason if plan else why)
        screen.print(table)
        return
    (proposal,) = proposals
    if proposal.review is not None:
        screen.print(f"Order {proposal.name}", style="bold")
        screen.print(render.render_text(proposal.review.plan), soft_wrap=True)
    else:
        why = _AGAIN if proposal.repeated else proposal.why_not
        screen.print(f"Order {proposal.name}: {why}", soft_wrap=True)


def _report(reports: Sequence[Report], manner: Manner) -> int:
    """Print what became of each order, and return the exit code."""
    if manner.as_json:
        _print_json([_report_json(report) for report in reports])
    else:
        for report in reports:
            text = report.answer.text or (
                f"on its way. It is not lost: look at it with kvitt show {report.name}"
            )
            style = _STYLES[report.answer.state]
            console.print(f"Order {report.name}: {text}", soft_wrap=True, style=style)
    states = {report.answer.state for report in reports}
    if AskState.WAITING in states:
        return EXIT_WAITING
    return 0 if states == {AskState.DONE} else EXIT_REFUSED


def _proposal_json(proposal: Proposal) -> dict[str, Json]:
    plan = proposal.review.plan if proposal.review else None
    scope = proposal.review.situation.scope if proposal.review else None
    return {
        "order": proposal.name,
        "plan": render.render_json(plan, scope=scope) if plan else None,
        "why_not": proposal.why_not,
    }


def _report_json(report: Report) -> dict[str, Json]:
    return {
        "order": report.name,
        "key": str(report.key),
        "state": report.answer.state.value,
        "answer": report.answer.text,
    }


def _print_json(value: Sequence[dict[str, Json]]) -> None:
    sys.stdout.write(json.dumps(list(value), indent=2, ensure_ascii=False) + "\n")
