"""What kvitt is made of and how it is packed: locked, listed, without rights it needs not.

No container engine is asked: these rules are read from the files, which were never built here.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTAINER = (ROOT / "Containerfile").read_text()
COMPOSE = (ROOT / "compose.example.yaml").read_text()
LOCKS = ("run.txt", "dev.txt")


def instructions(name: str) -> list[str]:
    """Return what follows an instruction, with continued lines joined."""
    joined = re.sub(r"\\\n", " ", CONTAINER)
    return re.findall(rf"^{name}\s+(.*)$", joined, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_locked_by_its_hash(lock: str) -> None:
    """Each requirement is one version, and each has hashes of what may be installed."""
    text = re.sub(r"\\\n", " ", (ROOT / "requirements" / lock).read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]

    assert len(lines) > 20
    assert [
        line[:40] for line in lines if "==" not in line or "--hash=sha256:" not in line
    ] == []


def test_the_list_of_parts_names_what_is_locked(tmp_path: Path) -> None:
    """The CycloneDX list holds each locked requirement with its version and hashes."""
    target = tmp_path / "sbom.json"
    subprocess.run(
        [ROOT / "scripts" / "sbom", target], check=True, timeout=120, capture_output=True
    )

    listed = json.loads(target.read_text())

    locked = re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE
    )
    parts = {(part["name"], part["version"]) for part in listed["components"]}
    assert listed["bomFormat"] == "CycloneDX"
    assert parts == set(locked)
    assert all(
        reference["hashes"]
        for part in listed["components"]
        for reference in part["externalReferences"]
    )


def test_the_base_is_pinned_by_tag_and_digest() -> None:
    """No build takes whatever a tag means today: without a digest it stops."""
    bases = instructions("FROM")

    assert len(bases) == 2
    assert all(re.match(r"\S+:3\.11-\S+@\$\{BASE_DIGEST\}", base) for base in bases)
    # Without a default the reference is not one, and no engine takes it.
    assert instructions("ARG") == ["BASE_DIGEST"]
    assert ":latest" not in CONTAINER + COMPOSE
    assert all("@${" in image for image in re.findall(r"image: (.*)", COMPOSE))


def test_the_container_runs_without_rights() -> None:
    """It runs as a numbered account of its own, and only /data is written to."""
    assert instructions("USER") == ["10001:10001"]
    assert instructions("VOLUME") == ["/data"]
    assert "ADD " not in CONTAINER
    assert "curl" not in CONTAINER
    assert "sudo" not in CONTAINER
    assert 'ENTRYPOINT ["kvitt"]' in CONTAINER


def test_the_container_installs_what_is_locked_and_nothing_else() -> None:
    """Requirements are installed by hash, kvitt itself without looking for more."""
    installs = [line for line in instructions("RUN") if "pip install" in line]

    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]


def test_the_container_says_how_it_is() -> None:
    """An engine notices when kvitt stops answering, and stops it as Ctrl-C does."""
    (check,) = instructions("HEALTHCHECK")

    assert "/healthz" in check
    assert instructions("STOPSIGNAL") == ["SIGINT"]


@pytest.mark.parametrize(
    "rule",
    [
        "read_only: true",
        "cap_drop: [ALL]",
        'security_opt: ["no-new-privileges:true"]',
        'user: "10001:10001"',
        "pids_limit:",
        "mem_limit:",
        'KVITT_BEHIND_PROXY: "true"',
    ],
)
def test_the_example_takes_every_right_away(rule: str) -> None:
    """The compose example runs kvitt with a read-only root and no capability."""
    kvitt = COMPOSE.partition("\n  proxy:")[0]

    assert rule in kvitt
    assert "ports:" not in kvitt


def test_nothing_but_the_program_gets_into_the_image() -> None:
    """Tests, keys and data of the checkout are left out of the build."""
    ignored = (ROOT / ".containerignore").read_text().splitlines()

    assert ignored[0] == "*"
    assert {line for line in ignored if line.startswith("!")} == {
        "!pyproject.toml",
        "!README.md",
        "!LICENSE",
        "!requirements/run.txt",
        "!src",
    }
