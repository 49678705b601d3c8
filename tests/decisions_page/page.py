"""The page of decisions: a merchant's questions, answered by the code that decides.

Rule 1: a question comes with a situation; its answer is what ``decide`` says of it.
Rule 2: no answer is written here. What kvitt says is kvitt's own sentence.

``scripts/decisions`` writes the page and ``tests/architecture/test_docs.py`` compares it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from decisions_page import settings
from decisions_page.given import given, in_shop_words
from kvitt.domain.decide import decide
from kvitt.domain.plan import Action, Adopt, Agree, Plan, Situation
from kvitt.domain.render import reason_of, title_of

PATH = Path(__file__).parents[2] / "docs" / "explained" / "decisions.md"
COMMAND = "scripts/decisions"

INTRO = """\
# What kvitt decides

What happens when an order changes, as a merchant would ask it. The program makes this page:
each question stands for a situation, the code that decides for every shop decides about it
here, and the answers are kvitt's own sentences. The console and the command line show the same
ones, and where something waits, so does the order note. After a change of the rules,
`{command}` writes the page anew; a test fails until it has.

All questions are about one order: number 1042, two mugs at 99.99 SEK each and 49.00 SEK for
delivery, 248.98 SEK in all with VAT, paid with Klarna. Steps are taken from the top, and each
is answered before the next is sent.

## Three ideas

**Both halves are read, then compared.** A message from the shop only says that an order may
have changed. kvitt then reads the shop's order and Klarna's order as they are now and makes
them agree. So it does not matter who changed the order (the order screen, a bulk action, an
ERP), nor whether the message came twice, late or not at all.

**Deciding is apart from doing.** What decides cannot send anything. A preview, a dry run and
the worker therefore show and use the same plan, and so does this page.

**Written down before it is sent.** Each call that moves money is stored with its key before it
goes out. If Klarna's answer is lost, the outcome is unknown, and nothing else is done to that
order until it is known. What cannot be done is not dropped: it waits with what was wanted, why
it was not done, and what to do next.

## How to read an answer

| an answer with | means |
|---|---|
| a numbered step | this is asked of Klarna, or written to the shop |
| **Waits** | a person has to look; the code in brackets is the one in the API |
| **Left alone** | nothing is sent for this order, and why |
| **Nothing to do** | both halves agree, or nothing is asked for |

## The questions
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a merchant asks, and the situation it is asked in."""

    asked: str
    situation: Situation
    #: A command of an operator is planned by a function of its own, under the same rules.
    planned_by: Callable[[Situation], Plan] = decide

    @property
    def plan(self) -> Plan:
        """Return what is decided."""
        return self.planned_by(self.situation)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Questions about one matter."""

    title: str
    questions: tuple[Question, ...]
    #: What holds for all of the answers.
    about: str


def build(groups: tuple[Group, ...]) -> str:
    """Return the whole page."""
    contents = "\n".join(
        f"- [{group.title}](#{_anchor(group.title)}): {len(group.questions)} questions"
        for group in groups
    )
    contents += f"\n- [{settings.TITLE}](#{_anchor(settings.TITLE)})"
    parts = [INTRO.format(command=COMMAND), contents]
    parts += [_group(group) for group in groups]
    parts.append(settings.section())
    return "\n\n".join(part.strip() for part in parts) + "\n"


def answer(plan: Plan) -> str:
    """Return a plan as an answer."""
    parts = [_step(number, action) for number, action in enumerate(plan.steps, start=1)]
    text = "\n".join(parts)
    rest = _rest(plan)
    return "\n\n".join(part for part in (text, rest) if part)


def _group(group: Group) -> str:
    parts = [f"## {group.title}", group.about]
    parts += [_question(question) for question in group.questions]
    return "\n\n".join(parts)


def _question(question: Question) -> str:
    return "\n\n".join(
        (f"### {question.asked}", f"*{given(question.situation)}*", answer(question.plan))
    )


def _step(number: int, action: Action) -> str:
    """Return a step, with what it changes in the shop."""
    title, reason = title_of(action), reason_of(action)
    after = _moved(action.store_status) if isinstance(action, Adopt) else ""
    if isinstance(action, Agree):
        after = " No call is made."
    return f"{number}. **{title}.** {reason}{after}"


def _rest(plan: Plan) -> str:
    """Return what is said besides the steps."""
    if plan.hold is not None:
        moved = _moved(plan.hold.store_status)
        return f"**Waits** (`{plan.hold.code.value}`). {plan.hold.sentence}{moved}"
    if plan.guard is not None:
        return f"**Left alone** (`{plan.guard.value}`). {plan.reason}"
    return "" if plan.steps else f"**Nothing to do.** {plan.reason}"


def _moved(status: str) -> str:
    return f" The shop's order is set to {in_shop_words(status)}." if status else ""


def _anchor(title: str) -> str:
    """Return a heading's anchor as GitHub makes it."""
    kept = "".join(sign for sign in title.lower() if sign.isalnum() or sign in " -")
    return kept.replace(" ", "-")
