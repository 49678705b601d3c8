"""What the documentation says is what the code does."""

from dataclasses import fields, replace

import pytest

from decisions_page import page, settings
from decisions_page.given import differences
from decisions_page.groups import GROUPS
from decisions_page.page import Question
from kvitt.domain.decide import decide
from kvitt.domain.plan import Guard, Situation
from kvitt.domain.policy import ManualRefunds, Policy
from unit.domain.orders import agreed, authorized, captured, one_mug, order, refund, situation

QUESTIONS = [question for group in GROUPS for question in group.questions]
FRESH = agreed(records=())
#: All that follows from the shop's order is switched off, as one switch of Kustom's does.
NOTHING_FOLLOWS = Policy(
    capture_statuses=frozenset(),
    cancel_statuses=frozenset(),
    update_statuses=frozenset(),
    manual_refunds=ManualRefunds.IGNORE,
)


def test_the_page_of_decisions_is_what_the_code_decides() -> None:
    """The committed page is the one that the rules, sentences and settings give."""
    committed = page.PATH.read_text(encoding="utf-8")

    assert committed == page.build(GROUPS), (
        f"docs/explained/decisions.md differs from the code. Renew it: {page.COMMAND}"
    )


def test_the_command_that_renews_the_page_is_there() -> None:
    """The page and the failure above name a command that exists and leads to the page."""
    command = page.PATH.parents[2] / page.COMMAND

    assert "-m decisions_page" in command.read_text(encoding="utf-8")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.asked)
def test_every_question_is_answered_in_kvitts_words(question: Question) -> None:
    """A question ends as one, and its answer holds the plan's own sentence."""
    plan = question.plan
    said = [plan.hold.sentence] if plan.hold else []
    said += [action.reason for action in plan.steps if hasattr(action, "reason")]
    said += [] if plan.steps or plan.hold else [plan.reason]
    answer = page.answer(plan)

    assert question.asked.endswith("?")
    assert answer
    assert [sentence for sentence in said if sentence not in answer] == []


def test_no_question_is_asked_twice() -> None:
    """Headings are addresses, so each is there once."""
    asked = [question.asked for question in QUESTIONS]

    assert len(asked) == len(set(asked))


def test_every_reason_to_leave_an_order_alone_is_on_the_page() -> None:
    """A merchant can read up each guard whose name the timeline shows."""
    assert {question.plan.guard for question in QUESTIONS} >= set(Guard)


def test_every_setting_has_its_meaning() -> None:
    """The table explains each setting, and none that does not exist."""
    assert set(settings.MEANINGS) == {field.name for field in fields(Policy)}


@pytest.mark.parametrize("each", settings.COUNTERPARTS, ids=lambda each: each.name)
def test_a_changed_setting_elsewhere_changes_one_here(each: settings.Counterpart) -> None:
    """Where the other plugin's setting is named in another position, ours differs too."""
    assert bool(each.changed) == bool(differences(each.policy))


def test_order_management_that_is_switched_off_elsewhere_can_be_here() -> None:
    """The settings that the page names for a switched-off plugin are the ones proved below."""
    assert NOTHING_FOLLOWS in {each.policy for each in settings.COUNTERPARTS}


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(situation(order("cancelled"), authorized(), FRESH), id="cancel"),
        pytest.param(situation(one_mug("processing"), authorized(), FRESH), id="update"),
        pytest.param(situation(order("completed"), authorized(), FRESH), id="capture"),
        pytest.param(
            situation(order("completed", refunds=(refund(9_999),)), captured()), id="refund"
        ),
    ],
)
def test_what_is_switched_off_is_not_sent(asked: Situation) -> None:
    """An action is planned by default, and not with the settings the page names for off."""
    assert decide(asked).steps
    assert not decide(replace(asked, policy=NOTHING_FOLLOWS)).steps
