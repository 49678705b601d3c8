"""Whether a shop or a Klarna account may be asked now, and what its answers say of it.

The law: what a call brings is passed on as it is. The gate only remembers how the party
answers, tells a person once when it stops, and lets one worker find out when it is back.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from kvitt.application.pacing import Dice
from kvitt.application.ports import Clock
from kvitt.domain import health as rules
from kvitt.domain.errors import KvittError, Withheld
from kvitt.domain.health import WELL, Asked, Health, Party, PartyKind
from kvitt.domain.ids import ShopId

logger = logging.getLogger(__name__)


class Healths(Protocol):
    """How every party is, shared by all workers."""

    def health(self, party: Party) -> Health:
        """Return how a party is, as far as is known here."""
        ...

    def troubled(self) -> Mapping[Party, Health]:
        """Return every party that is not well."""
        ...

    def change(self, party: Party, change: Callable[[Health], Health]) -> tuple[Health, Health]:
        """Change the health of a party under its lock; return it before and after."""
        ...


def shop_party(shop: ShopId) -> Party:
    """Return a shop as somebody we ask."""
    return Party(kind=PartyKind.SHOP, name=str(shop))


def account_party(account: str) -> Party:
    """Return a Klarna account as somebody we ask, by its identity."""
    return Party(kind=PartyKind.ACCOUNT, name=account)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """Lets calls through to those who answer."""

    healths: Healths
    clock: Clock
    dice: Dice

    def admit(self, party: Party) -> None:
        """Return where the party may be asked now. Raises Withheld.

        Of a party that has been left alone for long enough one worker gets through, and
        what becomes of its call decides for all.
        """
        known = self.healths.health(party)
        if known == WELL:
            return
        if known.is_blocked(self.clock.now()):
            raise Withheld(str(party), known.why)
        if known.wants_probe:
            self._take_probe(party)

    @contextmanager
    def watch(self, party: Party, *, order: int = 0, write: bool = False) -> Iterator[None]:
        """Remember what becomes of a call to the party, and pass it on."""
        asked = Asked(order=order, write=write)
        try:
            yield
        except KvittError as error:
            self._note_error(party, error, asked)
            raise
        self._note_answer(party, asked)

    def _take_probe(self, party: Party) -> None:
        now = self.clock.now()
        before, _ = self.healths.change(
            party,
            lambda known: (
                known
                if known.is_blocked(now) or not known.wants_probe
                else rules.probed(known, now=now)
            ),
        )
        if before.is_blocked(now):
            raise Withheld(str(party), before.why)
        logger.info("probing", extra={"party": str(party)})

    def _note_answer(self, party: Party, asked: Asked) -> None:
        if self.healths.health(party) != WELL:
            changed = self.healths.change(party, lambda known: rules.after_answer(known, asked))
            self._tell(party, *changed)

    def _note_error(self, party: Party, error: KvittError, asked: Asked) -> None:
        now = self.clock.now()
        # An answer of refusal from a party that is well changes nothing: ask nobody.
        if rules.after_error(WELL, error, asked, now=now, dice=self.dice) == WELL:
            self._note_answer(party, asked)
            return
        changed = self.healths.change(
            party,
            lambda known: rules.after_error(known, error, asked, now=now, dice=self.dice),
        )
        self._tell(party, *changed)

    def _tell(self, party: Party, before: Health, after: Health) -> None:
        """Write one line when the party stops answering, and one when it is back."""
        facts = {"party": str(party), "condition": after.condition.value}
        if after.is_alarming and after.condition is not before.condition:
            logger.error("left alone: %s", after.why, extra=facts)
        elif before.is_alarming and not after.is_alarming:
            logger.warning("answers again", extra=facts)
