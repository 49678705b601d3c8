"""Which of Klarna's services credentials belong to, found out without moving anything.

The laws:

1. A key is shown only to hosts of its own environment; where nothing says which one that
   is, a person is asked, and no host is (klarna-api.md §2).
2. Nothing but an order is asked for: one that cannot exist, for the service judges the
   credentials first, or one that tells whose credentials they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kvitt.adapters.http import Http
from kvitt.adapters.klarna import regions
from kvitt.adapters.klarna.client import KlarnaClient
from kvitt.adapters.klarna.credentials import KlarnaCredentials
from kvitt.adapters.klarna.regions import LIVE, PLAYGROUND, Region
from kvitt.domain.errors import (
    ConfigurationError,
    MalformedReply,
    NotConnectable,
    NotFound,
    Permanent,
    Transient,
)
from kvitt.domain.ids import KlarnaOrderId
from kvitt.domain.newcomer import GivenAccount, KnownAccount
from kvitt.domain.shop import Trouble

#: No order has this id.
NO_ORDER = KlarnaOrderId("00000000-0000-4000-8000-000000000000")
#: An account at an address of its own: a practice Klarna.
CUSTOM = "custom"

_KEY = re.compile(r"(?P<who>klarna|kco)_(?P<environment>live|test)_")
# K123456_abcd…: the merchant id of older accounts; a playground one begins with P.
_MERCHANT = re.compile(r"(?P<practice>P?)[KNO]\d+_")


def environment_of(given: GivenAccount) -> str:
    """Return which environment the credentials are for. Raises NotConnectable."""
    written = _written_environment(given)
    if written and given.environment and written != given.environment:
        raise NotConnectable(Trouble.KLARNA_MISMATCH, written)
    found = written or given.environment
    if not found:
        raise NotConnectable(Trouble.KLARNA_ENVIRONMENT)
    return found


def is_kustom(given: GivenAccount) -> bool:
    """Say whether the credentials are Kustom's."""
    key = _KEY.match(given.password)
    return given.kustom or (key is not None and key["who"] == "kco")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recogniser:
    """Tries credentials where they may belong."""

    http: Http

    def recognise(self, given: GivenAccount) -> KnownAccount:
        """Return where the credentials are accepted. Raises NotConnectable."""
        try:
            credentials = KlarnaCredentials(username=given.username, password=given.password)
        except ConfigurationError as error:
            raise NotConnectable(Trouble.KLARNA_KEY_BAD) from error
        environment = environment_of(given)
        unanswered = 0
        for candidate in _candidates(given, environment):
            try:
                if self._accepts(credentials, candidate):
                    return candidate
            except (Transient, MalformedReply):
                unanswered += 1
        raise NotConnectable(
            Trouble.KLARNA_UNREACHABLE if unanswered else Trouble.KLARNA_REFUSED, environment
        )

    def has_made(self, given: GivenAccount, known: KnownAccount, order: KlarnaOrderId) -> bool:
        """Say whether an order was made by the merchant whose credentials these are.

        Raises NotConnectable where Klarna does not answer.
        """
        credentials = KlarnaCredentials(username=given.username, password=given.password)
        try:
            self._client(credentials, known).fetch_order(order)
        except Permanent:
            return False
        except (Transient, MalformedReply) as error:
            raise NotConnectable(Trouble.KLARNA_UNREACHABLE, known.environment) from error
        return True

    def _accepts(self, credentials: KlarnaCredentials, candidate: KnownAccount) -> bool:
        try:
            self._client(credentials, candidate).fetch_order(NO_ORDER)
        except NotFound:
            return True
        except Permanent:
            return False
        except ConfigurationError as error:
            raise NotConnectable(Trouble.KLARNA_MISMATCH, candidate.environment) from error
        return True

    def _client(self, credentials: KlarnaCredentials, where: KnownAccount) -> KlarnaClient:
        return KlarnaClient(
            self.http,
            credentials=credentials,
            base_url=where.base_url,
            environment=where.environment,
            account="check",
        )


def _written_environment(given: GivenAccount) -> str:
    """Return what the credentials themselves say, or nothing."""
    key = _KEY.match(given.password)
    if key is not None:
        return LIVE if key["environment"] == "live" else PLAYGROUND
    merchant = _MERCHANT.match(given.username)
    if merchant is not None:
        return PLAYGROUND if merchant["practice"] else LIVE
    return ""


def _candidates(given: GivenAccount, environment: str) -> Iterator[KnownAccount]:
    if given.base_url:
        yield KnownAccount(region=CUSTOM, environment=environment, base_url=given.base_url)
        return
    if is_kustom(given):
        # Kustom's host is shown Kustom's credentials only, and the other way round.
        wanted: tuple[Region, ...] = (Region.KUSTOM,)
    else:
        wanted = (Region.EUROPE, Region.NORTH_AMERICA, Region.OCEANIA)
    for region in wanted:
        address = regions.host(region, environment)
        yield KnownAccount(region=region.value, environment=environment, base_url=address)
