"""No figure and no sentence of a plan changes unseen."""

from told import telling
from told.situations import choices, examples, situations


def test_every_plan_is_told_in_full() -> None:
    """What is decided for each row of the decision tests is what the file says."""
    committed = telling.PATH.read_text(encoding="utf-8")

    assert telling.tell(situations()) == committed, (
        f"{telling.PATH.name} differs from the code. Renew it, and read what has changed: "
        "scripts/decisions"
    )


def test_every_order_line_is_told_in_full() -> None:
    """The lines of each worked example are, field by field, what the file says."""
    committed = telling.LINES_PATH.read_text(encoding="utf-8")

    assert telling.tell_lines(examples()) == committed, (
        f"{telling.LINES_PATH.name} differs from the code. Renew it, and read what has "
        "changed: scripts/decisions"
    )


def test_every_request_is_told_in_full() -> None:
    """What an operator asks for gets the plan, or the sentence, that the file says."""
    committed = telling.CHOICES_PATH.read_text(encoding="utf-8")

    assert telling.tell_choices(choices()) == committed, (
        f"{telling.CHOICES_PATH.name} differs from the code. Renew it, and read what has "
        "changed: scripts/decisions"
    )


def test_the_tables_are_told() -> None:
    """The rows come from the tables, so that a new row is told without being asked to."""
    names = situations()

    assert len(names) > 200
    assert any(name.startswith("test_decide_weaknesses: ") for name in names)
    assert len(examples()) > 30
    assert len(choices()) > 10
