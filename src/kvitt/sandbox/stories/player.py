"""Plays stories in a town, one at a time, in a thread of its own."""

import threading
from typing import TYPE_CHECKING

from kvitt.sandbox.stories.performance import Performance
from kvitt.sandbox.stories.stage import Story

if TYPE_CHECKING:
    from kvitt.sandbox.town import Town


class Busy(Exception):
    """A story is being played already."""


class Player:
    """Plays one story after another, and knows how each went last."""

    def __init__(self, town: "Town") -> None:
        self._town = town
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._last: dict[str, Performance] = {}
        #: The story that is being played.
        self.playing: str = ""

    def play(self, story: Story) -> Performance:
        """Begin to play a story; raises Busy while another is being played."""
        with self._lock:
            if self.playing:
                raise Busy(f"the story {self.playing} is being played; wait for its end")
            performance = Performance(story=story, town=self._town)
            self._last[story.name] = performance
            self.playing = story.name
            self._thread = threading.Thread(
                target=self._run, args=(performance,), name="story", daemon=True
            )
            self._thread.start()
        return performance

    def last(self, name: str) -> Performance | None:
        """Return how a story is going, or how it went."""
        return self._last.get(name)

    def stop(self) -> None:
        """Break the story off, put the town right, and play no other."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, performance: Performance) -> None:
        try:
            performance.run(self._ended)
        finally:
            self.playing = ""
