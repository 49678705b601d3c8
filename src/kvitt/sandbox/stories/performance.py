"""One playing of one story: its orders are placed, and its scenes follow as they can.

``step`` is for whoever has a pace of their own; ``run`` keeps one. However it ends, what the
story changed about the town is put back.
"""

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from kvitt.sandbox import checkout
from kvitt.sandbox.stories.stage import Placed, Scene, Stage, Story

if TYPE_CHECKING:
    from kvitt.sandbox.town import Town

#: Seconds between two looks at whether the next scene can follow.
PACE_SECONDS = 0.2
#: A scene is waited for this many looks, ten minutes, before the story is given up.
PATIENCE = 3000


class State(StrEnum):
    """How far a performance is."""

    PLAYING = "playing"
    PLAYED = "played"
    GIVEN_UP = "given_up"


@dataclass(kw_only=True, slots=True)
class Performance:
    """A story being played in a town."""

    story: Story
    town: "Town"
    pace: float = PACE_SECONDS
    patience: int = PATIENCE
    state: State = State.PLAYING
    #: Scenes that have been played.
    done: int = 0
    #: Why the story was given up, for people.
    trouble: str = ""
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Stage(town=self.town)

    @property
    def next_scene(self) -> Scene | None:
        """The scene that is waited for."""
        left = self.story.scenes[self.done :]
        return left[0] if left else None

    def begin(self) -> None:
        """Place the story's orders."""
        town = self.town
        # Under the shop's lock: nobody can have seen an order before the mark.
        with town.desk.books.locked():
            for basket in self.story.baskets(town.books.clock.now()):
                order = checkout.buy(town.desk, town.books, town.merchant_id, basket)
                placed = Placed(order_id=order.id, klarna_id=order.transaction_id)
                self.stage.orders = (*self.stage.orders, placed)
            self.stage.mark()

    def step(self) -> bool:
        """Play the next scene if it can follow by now, and say whether it did."""
        scene = self.next_scene
        if scene is None or not scene.ready(self.stage):
            return False
        # Under the shop's lock: a note that answers the scene cannot come before the mark.
        with self.town.desk.books.locked():
            scene.happens(self.stage)
            self.stage.mark()
        self.done += 1
        if self.next_scene is None:
            self.state = State.PLAYED
        return True

    def close(self) -> None:
        """Put back what the story changed about the town."""
        if self.state is State.PLAYING:
            self.state = State.GIVEN_UP
        self.story.undo(self.stage)

    def run(self, stop: threading.Event) -> None:
        """Play to the end, or until told to stop, or until nothing comes for too long."""
        try:
            self.begin()
            self._play(stop)
        # A story pulls at everything in the town: whatever breaks is shown, never lost.
        except Exception as error:  # noqa: BLE001
            self.trouble = f"It broke off: {error}"
        finally:
            self.close()

    def _play(self, stop: threading.Event) -> None:
        looks = 0
        while (scene := self.next_scene) is not None:
            looks = 0 if self.step() else looks + 1
            if looks > self.patience:
                self.trouble = f"It was waited for too long: {scene.says}"
                return
            if looks and stop.wait(self.pace):
                self.trouble = "It was stopped."
                return
