"""``kvitt sandbox stories`` and ``kvitt sandbox play``: histories to practise with.

The list is told from here; a story is played by the running demo, which is asked over HTTP.
"""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.sandbox.stories import STORIES, named

console = Console(highlight=False)

DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT = 30
PACE_SECONDS = 0.3


def stories() -> None:
    """List the stories that the demo can play, and what each one teaches.

    Example: kvitt sandbox stories
    """
    for story in STORIES:
        console.print(f"\n[bold]{story.name}[/bold]  {story.title}")
        console.print(story.teaches)
    console.print("\nPlay one in a running demo with: kvitt sandbox play NAME")


def play(name: str, /, *, url: str = DEFAULT_URL) -> None:
    """Play a story in the running demo, and show how it goes.

    Example: kvitt sandbox play split-shipment

    Parameters
    ----------
    name
        The story's name, as `kvitt sandbox stories` lists it.
    url
        Address of the running demo.
    """
    follow(name, url=url, pause=time.sleep)


def follow(name: str, *, url: str, pause: Callable[[float], None]) -> None:
    """Have a story played, and print each scene as it comes."""
    try:
        story = named(name)
    except LookupError as unknown:
        raise ConfigurationError(f"{unknown}; see: kvitt sandbox stories") from None
    told = _ask(url, f"/stories/__sim/stories/{name}/play", method="POST")
    console.print(f"[bold]{story.title}[/bold]")
    shown = 0
    with console.status("Playing …"):
        while True:
            done = [scene["says"] for scene in told["scenes"] if scene["done"]]
            for says in done[shown:]:
                console.print(f"  ✓ {says}", soft_wrap=True)
            shown = len(done)
            if told["state"] != "playing":
                break
            pause(PACE_SECONDS)
            told = _ask(url, f"/stories/__sim/stories/{name}")
    if told["state"] != "played":
        raise KvittError(f"the story did not come to its end. {told['trouble']}")
    console.print(f"\n{story.teaches}\n")
    console.print(_where(url, told["orders"]), soft_wrap=True)


def _where(url: str, orders: list[int]) -> str:
    first = f"{url.rstrip('/')}/shop-orders/{orders[0]}"
    if len(orders) == 1:
        return f"The order: {first}"
    return f"Orders {orders[0]} to {orders[-1]}; the first: {first}"


def _ask(url: str, path: str, *, method: str = "GET") -> Mapping[str, Any]:
    """Ask the demo something; an answer that is a refusal is an error in its words."""
    parts = urlsplit(url)
    kind = (
        http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    )
    connection = kind(parts.netloc, timeout=TIMEOUT)
    try:
        connection.request(method, parts.path.rstrip("/") + path)
        answer = connection.getresponse()
        found: Mapping[str, Any] = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        raise KvittError(
            f"no demo answers at {url}; start one with: kvitt demo, or name its --url"
        ) from None
    finally:
        connection.close()
    if "error" in found:
        raise KvittError(str(found["error"]))
    return found
