"""The container's file against the tree: what it copies is there, and what it runs answers.

No container engine is at hand here, so no image was ever built. What the file says is done
without one: its command is run with its settings, and its health check is asked.
"""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from running import environment, free_port, serving

ROOT = Path(__file__).parents[2]
CONTAINER = re.sub(r"\\\n\s*", " ", (ROOT / "Containerfile").read_text())


def instructions(name: str) -> list[str]:
    """Return what follows an instruction, with continued lines joined."""
    return re.findall(rf"^{name}\s+(.*)$", CONTAINER, re.MULTILINE)


def test_all_that_is_copied_is_there_and_not_ignored() -> None:
    """Each source exists, and the build is sent it, by either engine's rules."""
    ignored = (ROOT / ".containerignore").read_text()
    copied = [line.split()[:-1] for line in instructions("COPY") if "--from" not in line]
    sources = [source for line in copied for source in line]

    assert len(sources) >= 5
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}\n" in ignored
    # Docker reads its own name of it.
    assert (ROOT / ".dockerignore").read_text() == ignored


def test_what_builds_kvitt_is_among_what_is_locked() -> None:
    """It is installed without looking for more, so its build backend has to be there."""
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    locked = (ROOT / "requirements/run.txt").read_text()

    assert needed
    assert all(f"\n{name}==" in f"\n{locked}" for name in needed)


def test_the_file_holds_no_secret() -> None:
    """Nothing that is said once and for all may open a door: layers are read by anybody."""
    said = " ".join([*instructions("ENV"), *instructions("ARG")])

    assert not re.search(r"SECRET|PASSWORD|TOKEN|ENCRYPTION|_KEY", said)


def test_it_serves_and_its_health_check_answers(tmp_path: Path) -> None:
    """With its own settings, behind a proxy that ends TLS, writing nowhere but its data."""
    home, data, port = tmp_path / "home", tmp_path / "data", free_port()
    home.mkdir()
    settings = dict(re.findall(r"(\w+)=(\S+)", " ".join(instructions("ENV"))))
    # What an engine gives it: a folder, a port of this machine, and the proxy's address.
    given = {
        **{name: text for name, text in settings.items() if name != "PATH"},
        "KVITT_DATA_DIR": str(data),
        "KVITT_HOST": "127.0.0.1",
        "KVITT_PORT": port,
        "KVITT_PUBLIC_URL": "https://kvitt.example.com",
        "KVITT_BEHIND_PROXY": "true",
        "KVITT_ENVIRONMENT": "playground",
        "HOME": str(home),
    }
    (check,) = instructions("HEALTHCHECK")
    words = ast.literal_eval(check.partition("CMD ")[2])
    asked = [word.replace(":8000/", f":{port}/") for word in words]

    with serving(*ast.literal_eval(instructions("CMD")[-1]), ready="kvitt serves", **given):
        answered = subprocess.run(
            [sys.executable, *asked[1:]], env=environment(), timeout=60, check=False
        )

    assert answered.returncode == 0
    assert (words[0], settings["KVITT_PORT"]) == ("python", "8000")
    assert list(home.iterdir()) == []
    assert {"kvitt.sqlite3"} <= {file.name for file in data.iterdir()}
