"""The HTTP library stays behind the client."""

import ast
from pathlib import Path

import kvitt

PACKAGE = Path(kvitt.__file__).parent
LIBRARY = {"httpx2", "httpcore2", "h11"}


def imports_of(path: Path) -> set[str]:
    """Return the first names of everything a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_httpx2_is_not_leaked_outside() -> None:
    """Only the client and its connections know which library carries them."""
    users = {
        path.name for path in (PACKAGE / "adapters").rglob("*.py") if imports_of(path) & LIBRARY
    }

    assert users == {"http.py", "network.py"}
