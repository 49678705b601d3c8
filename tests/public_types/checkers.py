"""Both type checkers, as a program elsewhere runs them: against what is installed."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acceptance.wheel import Installed, said_by

PINS = Path(__file__).with_name("library.py")
_TOOLS = Path(sys.executable).parent
#: As strict as pyright can be; a remark about a mistake that it does not find is an error.
_PYRIGHT = {
    "typeCheckingMode": "strict",
    "enableTypeIgnoreComments": False,
    "reportUnnecessaryTypeIgnoreComment": "error",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Symbol:
    """A name of the package, as pyright judges it."""

    name: str
    known: bool
    #: Why not.
    says: str


def mypy(installed: Installed, folder: Path) -> list[str]:
    """Return the lines that mypy objects to, in its strict mode and without our plugins."""
    pins = _copied(folder)
    said = said_by(
        [
            *(str(_TOOLS / "mypy"), "--strict", "--config-file=", "--no-error-summary"),
            *("--cache-dir", str(folder / "cache"), "--python-executable"),
            *(str(installed.python), pins.name),
        ],
        folder=folder,
    )
    return said.splitlines()


def pyright(installed: Installed, folder: Path) -> list[str]:
    """Return what pyright objects to, in its strict mode."""
    pins = _copied(folder)
    (folder / "pyrightconfig.json").write_text(json.dumps(_PYRIGHT))
    said = said_by(
        [
            *(str(_TOOLS / "pyright"), "--outputjson"),
            *("--pythonpath", str(installed.python), pins.name),
        ],
        folder=folder,
    )
    found = json.loads(said)
    assert found["summary"]["filesAnalyzed"] == 1
    return [
        f"{each['range']['start']['line'] + 1}: {each['message']}"
        for each in found["generalDiagnostics"]
    ]


def symbols(installed: Installed, folder: Path) -> Mapping[str, Symbol]:
    """Return every name of the installed package, as a checker of others sees its type."""
    path = f"{installed.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    said = said_by(
        [str(_TOOLS / "pyright"), "--verifytypes", "kvitt", "--ignoreexternal", "--outputjson"],
        folder=folder,
        PATH=path,
    )
    found = json.loads(said)["typeCompleteness"]["symbols"]
    return {each["name"]: _symbol(each) for each in found}


def _symbol(told: Mapping[str, Any]) -> Symbol:
    says = "; ".join(each["message"] for each in told["diagnostics"])
    return Symbol(name=told["name"], known=told["isTypeKnown"], says=says)


def _copied(folder: Path) -> Path:
    pins = folder / PINS.name
    pins.write_bytes(PINS.read_bytes())
    return pins
