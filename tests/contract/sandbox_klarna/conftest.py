import pytest

from contract.sandbox_klarna.till import Till


@pytest.fixture
def till() -> Till:
    """A merchant at a fresh sandbox, on 15 January 2026 at nine."""
    return Till()
