"""What the decision tables leave to other tests is proven by tests that exist."""

from pathlib import Path

import pytest

from unit.domain import test_decide_reference, test_decide_weaknesses

TESTS = Path(__file__).parents[1]
PLACES = {
    *test_decide_weaknesses.ELSEWHERE.values(),
    *test_decide_reference.ELSEWHERE.values(),
}


@pytest.mark.parametrize("place", sorted(PLACES))
def test_what_is_proven_elsewhere_is_there(place: str) -> None:
    """A file that is named has the test of the name, or tests at all."""
    path, _, name = place.partition("::")

    assert f"def {name or 'test_'}" in (TESTS / path).read_text(encoding="utf-8")
