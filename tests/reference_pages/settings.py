"""The page of settings, from their comments, types and defaults."""

import ast
import inspect

from pydantic import SecretStr

from kvitt import settings as configuration
from kvitt.settings import PREFIX, Settings

_HEAD = """\
# Settings

Nothing must be set. What can be is read from the environment, or, without the prefix and in
lower case, from a TOML file named by `KVITT_CONFIG`.

| setting | default | meaning |
|---|---|---|
"""


def page() -> str:
    """Return the page."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_default(name)} | {says} |"
        for name, says in meanings().items()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def meanings() -> dict[str, str]:
    """Return the ``#:`` comment above each field."""
    lines = inspect.getsource(configuration).splitlines()
    tree = ast.parse("\n".join(lines))
    (body,) = [
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == Settings.__name__
    ]
    return {
        node.target.id: _above(lines, node.lineno)
        for node in body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if node.target.id in Settings.model_fields
    }


def _above(lines: list[str], line: int) -> str:
    said: list[str] = []
    for text in reversed(lines[: line - 1]):
        if not text.strip().startswith("#:"):
            break
        said.insert(0, text.strip().removeprefix("#:").strip())
    return " ".join(said).replace("|", "\\|")


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return "by the system"
    value = field.default
    if isinstance(value, SecretStr) or value in (None, "", ()):
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    return f"`{getattr(value, 'value', value)}`"
