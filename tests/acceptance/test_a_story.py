"""A story in the running demo, played by the installed command."""

import subprocess

import pytest

from kvitt.sandbox.stories import named
from running import Demo, command


@pytest.mark.parametrize("name", ["split-shipment", "lost-answer"])
def test_the_command_plays_a_story_in_the_demo(demo: Demo, name: str) -> None:
    """It ends well, having told every scene, with workers and webhooks as they really are."""
    played = subprocess.run(
        [str(command()), "sandbox", "play", name, "--url", demo.url],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert played.returncode == 0, played.stderr
    told = " ".join(played.stdout.split())
    assert all(scene.says in told for scene in named(name).scenes)
    assert named(name).teaches in told
