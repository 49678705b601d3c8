"""The page of the command line, from the commands themselves."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kvitt import cli

_EXAMPLE = re.compile(r"^Example: (.+)$", re.MULTILINE)
_NO_DEFAULT = re.compile(r" +\*\[default: \"\"\]\*")


def page() -> str:
    """Return the page: each command with its usage, its options and an example."""
    cli.load_all()
    with _typed_as("kvitt"):
        text = cli.app.generate_docs(output_format="markdown", max_heading_level=3)
    return _EXAMPLE.sub(r"```sh\n\1\n```", _NO_DEFAULT.sub("", text)).rstrip() + "\n"


@contextmanager
def _typed_as(name: str) -> Iterator[None]:
    """Have the usage say the command's own name, whichever program asks for the page."""
    before, sys.argv = sys.argv, [name]
    try:
        yield
    finally:
        sys.argv = before
