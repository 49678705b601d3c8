"""What is published: a wheel that brings all it needs, and runs where nothing else is."""

import json
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest

from acceptance.wheel import CHECKOUT, Installed, installed_wheel, run
from kvitt.version import __version__
from running import demo_of

__all__ = ["installed_wheel"]

pytestmark = pytest.mark.xdist_group("wheel")


def test_the_wheel_holds_the_package_and_nothing_else(installed_wheel: Installed) -> None:
    """Templates, pictures, catalogues and the mark of typed code are in it; no test is."""
    source = CHECKOUT / "src"
    ours = {
        str(file.relative_to(source))
        for file in source.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    with ZipFile(installed_wheel.wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert held == ours
    assert "kvitt/py.typed" in held


def test_the_demo_runs_where_nothing_else_is_installed(
    installed_wheel: Installed, tmp_path: Path
) -> None:
    """Started from the wheel alone: the console, a style sheet, the shop and Klarna answer."""
    where = installed_wheel.say("import kvitt; print(kvitt.__file__)")
    with demo_of(tmp_path, program=installed_wheel.command) as demo:
        answers = [
            urllib.request.urlopen(f"{demo.url}{path}", timeout=30).status  # noqa: S310 - here
            for path in ("/healthz", "/", "/shop/", "/klarna/", "/stories/")
        ]

    assert Path(where).is_relative_to(installed_wheel.folder)
    assert answers == [200] * 5


def test_the_command_says_its_version(installed_wheel: Installed) -> None:
    """The version of the metadata is the one that the command says."""
    said = run([str(installed_wheel.command), "--version"], folder=installed_wheel.folder)

    assert said.strip() == __version__
    assert installed_wheel.wheel.name.startswith(f"kvitt-{__version__}-")
