"""A bar for what takes its time: on standard error, and only where somebody looks at it."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")


def watched(things: Iterable[T], *, saying: str, total: int) -> Iterator[T]:
    """Give each thing in turn, and show how far it is; a single thing needs no bar."""
    console = Console(stderr=True)
    yield from track(
        things,
        description=saying,
        total=total,
        console=console,
        transient=True,
        disable=total <= 1 or not console.is_terminal,
    )
