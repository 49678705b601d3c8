"""Webhooks that kvitt sends, as the API and the console have them made.

The law: an address is judged here before anything is stored, and a secret is made here,
handed out once, and kept sealed.
"""

import secrets
from collections.abc import Collection

from django.conf import settings
from django.utils import timezone

from kvitt.adapters.addresses import PUBLIC_ONLY, WITH_LOOPBACK
from kvitt.adapters.database.models import Subscriber
from kvitt.adapters.database.subscribers import NewSubscriber, Subscribers
from kvitt.adapters.database.vault import Vault
from kvitt.adapters.outgoing import courier, signature
from kvitt.domain.events import Event


def desk() -> Subscribers:
    """Return what keeps the subscribers of this installation."""
    return Subscribers(Vault.of(settings.KVITT), timezone.now)


def check_url(url: str) -> None:
    """Raise ConfigurationError where nothing may be posted to an address."""
    local = settings.KVITT.reaches_local
    courier.check_url(url, policy=WITH_LOOPBACK if local else PUBLIC_ONLY)


def subscribe(
    url: str, events: Collection[Event], *, shop: int | None, actor: str
) -> tuple[Subscriber, str]:
    """Have an address that was checked told of events; return it with its secret.

    ``shop`` is a row id; None is every shop. Raises NotAllowedNow without an event.
    """
    secret = _new_secret()
    new = NewSubscriber(
        url=url, events=frozenset(events), shop=shop, secret=secret, created_by=actor
    )
    return desk().add(new), secret


def replace_secret(row: Subscriber, *, actor: str) -> str:
    """Give a subscriber a new secret, and return it."""
    secret = _new_secret()
    desk().rotate(row, secret, actor=actor)
    return secret


def _new_secret() -> str:
    return signature.secret_of(secrets.token_bytes(signature.SECRET_BYTES))
