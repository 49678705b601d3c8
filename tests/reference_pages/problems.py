"""The table of problem types, from every place of the code that makes one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import kvitt

_SOURCE = Path(kvitt.__file__).parent
#: What an operation of the API can run into: the rules, the desk, and what is stored.
_ROOMS = (
    "domain",
    "application/asking.py",
    "application/commands.py",
    "adapters/database",
    "web/api",
)
_CONFLICT = 409
#: Those of the API itself, which any operation may answer.
_OF_ANY_OPERATION: dict[str, tuple[int | str, str]] = {
    "changed": ("409, 412", "The order is not as the caller has read it: read it again."),
    "http": (400, "The request cannot be read: its JSON is broken, for example."),
    "invalid": (422, "Some fields are missing or not right: see `errors`."),
    "missing_scope": (403, "The key has not the scope that the operation needs."),
    "not_found": (404, "There is no such thing, or not for this key."),
    "rate_limited": (429, "The key has called too often: see `Retry-After`."),
    "unauthorized": (401, "There is no key, or it is expired or revoked."),
    "unavailable": (503, "kvitt cannot answer now: a setting has to be mended."),
    "unreadable": (_CONFLICT, "A half of the order cannot be read."),
}


def rows() -> list[str]:
    """Return a row for each type: its status, and what is said first where it is made."""
    found: dict[str, tuple[int | str, str]] = {
        code: (_CONFLICT, says) for code, says in sorted(_refusals(), reverse=True)
    }
    found |= _OF_ANY_OPERATION
    return [
        f"| `/problems/{code}` | {status} | {says} |"
        for code, (status, says) in sorted(found.items())
    ]


def _refusals() -> Iterator[tuple[str, str]]:
    for call in _calls("NotAllowedNow", _ROOMS):
        match call.args:
            case [ast.Constant(value=str() as code), said]:
                yield code, _text(said)


def unlisted() -> set[str]:
    """Return the types that the API makes and this table does not name."""
    made = set()
    for name in ("Refusal", "answer"):
        for call in _calls(name, ("web/api",)):
            match call.args:
                case [_, ast.Constant(value=str() as code), *_]:
                    made.add(code)
    return made - set(_OF_ANY_OPERATION)


def _calls(name: str, rooms: tuple[str, ...]) -> Iterator[ast.Call]:
    for room in rooms:
        place = _SOURCE / room
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                    yield node


def _text(node: ast.expr) -> str:
    """Return what is said, with … where it depends."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case _:
            return "…"
