"""What is published: a wheel that brings all it needs, and runs where nothing else is."""

import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest

import kvitt
from acceptance.wheel import CHECKOUT, Installed, installed_wheel, run
from kvitt.adapters.woocommerce.signature import sign
from kvitt.version import __version__
from public_types import checkers
from running import demo_of

__all__ = ["installed_wheel"]

pytestmark = pytest.mark.xdist_group("wheel")

#: A program of its own, which the tests below run.
PURE = Path(__file__).with_name("pure.py")
#: A Kvitt is opened with ``Kvitt.open``; what it is put together of is not public.
NOT_PUBLIC = {"kvitt.facade.Kvitt", "kvitt.facade.Kvitt.__init__"}


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


def test_mypy_reads_the_public_types_as_they_are_pinned(
    installed_wheel: Installed, tmp_path: Path
) -> None:
    """In strict mode, against the wheel: nothing differs, and every mistake is found."""
    assert checkers.mypy(installed_wheel, tmp_path) == []


def test_pyright_reads_the_public_types_as_they_are_pinned(
    installed_wheel: Installed, tmp_path: Path
) -> None:
    """In strict mode, against the wheel: nothing differs, and every mistake is found."""
    assert checkers.pyright(installed_wheel, tmp_path) == []


def test_every_public_name_has_a_type_that_is_known(
    installed_wheel: Installed, tmp_path: Path
) -> None:
    """No program that uses the library meets an unknown type in a name or in its members."""
    known = checkers.symbols(installed_wheel, tmp_path)
    homes = {f"{home}.{name}" for home, names in kvitt._HOMES.items() for name in names}
    public = {
        symbol.name: symbol.says
        for symbol in known.values()
        if not symbol.known and any(f"{symbol.name}.".startswith(f"{one}.") for one in homes)
    }

    assert homes <= set(known)
    assert {name: says for name, says in public.items() if name not in NOT_PUBLIC} == {}


def test_the_pins_name_everything_that_is_public() -> None:
    """A name that is added to the library is pinned in the same breath."""
    pins = checkers.PINS.read_text(encoding="utf-8")

    assert [name for name in kvitt.__all__ if f"    {name},\n" not in pins] == []


def test_the_pure_parts_need_nothing_but_python(
    installed_wheel: Installed, tmp_path: Path
) -> None:
    """Decision, lines, money and signature work with the standard library alone."""
    with ZipFile(installed_wheel.wheel) as archive:
        archive.extractall(tmp_path)
    program = "\n".join(
        (f"import sys; sys.path.insert(0, {str(tmp_path)!r})", PURE.read_text(encoding="utf-8"))
    )
    alone = [str(installed_wheel.python), "-I", "-S", "-c", program]
    said = run([*alone, sign(b"{}", secret="hemligt")], folder=tmp_path).splitlines()

    assert said == ["25000 klarna_unknown 0", "[]"]


def test_the_clients_need_no_django(installed_wheel: Installed, tmp_path: Path) -> None:
    """Klarna's and the shop's client load where importing Django is an error."""
    said = run([str(installed_wheel.python), "-I", str(PURE)], folder=tmp_path)

    assert said.strip() == "[]"
