"""The list of commands, which is read without loading any of them."""

import subprocess
import sys

import pytest

from kvitt import cli
from kvitt.cli.contents import COMMANDS

_LIST = """
import sys
from kvitt import cli
sys.argv = ["kvitt", "--help"]
try:
    cli.main()
except SystemExit as end:
    assert not end.code
print(sorted(name for name in sys.modules if name in ("django", "httpx2", "pydantic")))
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_a_command_is_how_its_own_help_begins(name: str) -> None:
    """What the list promises is what the command says of itself."""
    command = cli.make()[name]
    function = command.default_command
    own = command.help or (function.__doc__ if function is not None else "") or ""

    assert " ".join(own.split()).startswith(COMMANDS[name].line)


def test_the_list_loads_no_command() -> None:
    """Every command stands in it, and nothing that takes long is imported for it."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST], capture_output=True, text=True, check=True, timeout=60
    )

    assert [name for name in COMMANDS if name not in done.stdout] == []
    assert done.stdout.splitlines()[-1] == "[]"
