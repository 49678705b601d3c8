"""Reaching shops and Klarna accounts that are not connected yet, and connected ones again.

Each call uses a pool of its own that is closed with it: newcomers share nothing with the
shops that are worked on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from kvitt.adapters.connections import Connections
from kvitt.adapters.http import Http
from kvitt.adapters.klarna.recognise import Recogniser
from kvitt.adapters.woocommerce import connect
from kvitt.adapters.woocommerce.client import StoreClient, StoreCredentials
from kvitt.adapters.woocommerce.connect import Prober
from kvitt.adapters.woocommerce.setup import StoreSetup
from kvitt.domain.errors import ConfigurationError, NotConnectable
from kvitt.domain.ids import KlarnaOrderId, ShopId
from kvitt.domain.newcomer import GivenAccount, Grant, KnownAccount, StoreKey
from kvitt.domain.shop import ShopAddress, Trouble


@dataclass(frozen=True, kw_only=True, slots=True)
class Introductions:
    """Meets newcomers. Fits the Protocol ``World`` of ``application/connect.py``."""

    connections: Connections

    def find(self, typed: str) -> ShopAddress:
        """Return the shop at an address. Raises NotConnectable."""
        with self._http() as http:
            return Prober(http=http).find(typed)

    def consent_url(
        self, url: str, *, attempt: UUID, callback_url: str, return_url: str
    ) -> str:
        """Return the address of the shop's own consent page."""
        return connect.consent_url(
            url, attempt=attempt, callback_url=callback_url, return_url=return_url
        )

    def read_grant(self, body: bytes) -> Grant:
        """Return the key that a shop's server posts. Raises MalformedReply."""
        return connect.read_grant(body)

    @contextmanager
    def visit(self, url: str, key: StoreKey) -> Iterator[StoreSetup]:
        """Give what a shop can be asked with a key that is not stored."""
        try:
            credentials = StoreCredentials(
                consumer_key=key.consumer_key, consumer_secret=key.consumer_secret
            )
        except ConfigurationError as error:
            raise NotConnectable(Trouble.KEY_BAD) from error
        with self._http() as http:
            client = StoreClient(
                http,
                base_url=url,
                credentials=credentials,
                now=self.connections.now,
                nonce=self.connections.nonce,
            )
            yield StoreSetup(client)

    def setup(self, shop: ShopId) -> StoreSetup:
        """Return what a connected shop can be asked. Raises ConfigurationError."""
        return self.connections.setup(shop)

    def recognise(self, given: GivenAccount) -> KnownAccount:
        """Return where Klarna credentials are accepted. Raises NotConnectable."""
        with self._http() as http:
            return Recogniser(http=http).recognise(given)

    def has_made(self, given: GivenAccount, known: KnownAccount, order: KlarnaOrderId) -> bool:
        """Say whether an order is of the merchant with these credentials.

        Raises NotConnectable.
        """
        with self._http() as http:
            return Recogniser(http=http).has_made(given, known, order)

    def _http(self) -> Http:
        return Http(policy=self.connections.policy, tls=self.connections.tls, connections=2)
