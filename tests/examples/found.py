"""Every example in the documentation: commands, calls of the API, and Python.

The convention:

- A fenced block marked ``python`` is run as it stands.
- In a block marked ``sh``, in one without a mark, and behind ``$`` in an indented block, each
  line that begins with a program's name is a command; what follows `` #`` is a remark.
- A block with any other mark is no example: ``console`` is a usage, ``text`` is a picture.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_TYPED = re.compile(r"^ {3,}\$ (.+)$", re.MULTILINE)
_PROGRAM = re.compile(r"^(?:kvitt|curl|make|pip|export|cd|uv|docker|git|apt|\.venv/bin)\b")
_REMARK = re.compile(r"\s+#\s.*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One thing a reader would type, and where it stands."""

    page: str
    #: ``sh`` or ``python``.
    language: str
    text: str


def pages() -> list[Path]:
    """Return every page that a reader is shown."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def examples() -> list[Example]:
    """Return all examples, in the order of the pages."""
    return [example for page in pages() for example in _of(page)]


def _of(page: Path) -> Iterator[Example]:
    name = str(page.relative_to(ROOT))
    text = page.read_text(encoding="utf-8")
    for _, mark, block in FENCED.findall(text):
        if mark == "python":
            yield Example(page=name, language=mark, text=block)
        elif mark in {"", "sh"}:
            yield from (_command(name, line) for line in _lines(block) if _PROGRAM.match(line))
    outside = FENCED.sub("", text)
    for line in _TYPED.findall(outside):
        typed = _REMARK.sub("", line).split("; ")
        yield from (_command(name, one) for one in typed)


def _lines(block: str) -> list[str]:
    """Return the lines of a block, with those that go on joined."""
    return [line.strip() for line in block.replace("\\\n", " ").splitlines()]


def _command(page: str, line: str) -> Example:
    return Example(page=page, language="sh", text=_REMARK.sub("", line.strip()))
