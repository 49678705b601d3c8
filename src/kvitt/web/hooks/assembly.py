"""Puts the webhook front together from the database's parts; called by ``wsgi.build``."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, close_old_connections, connection

from kvitt.adapters.database.inbox import Inbox
from kvitt.adapters.database.models import ShopStanding
from kvitt.adapters.database.repositories import ShopRepository
from kvitt.adapters.database.vault import Vault
from kvitt.adapters.woocommerce.signature import check_signature
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.ids import ShopId
from kvitt.domain.shop import host_of
from kvitt.settings import Settings
from kvitt.web.hooks.doors import Door, Doors
from kvitt.web.hooks.front import HookFront
from kvitt.web.hooks.writer import Writer

logger = logging.getLogger(__name__)


def front(
    settings: Settings,
    *,
    on_hint: Callable[[], None],
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
) -> HookFront:
    """Return the webhook front of an installation."""
    vault = Vault.of(settings)
    shops = ShopRepository(vault, now)

    def load_doors() -> dict[str, Door]:
        found = {}
        homes = dict(ShopStanding.objects.values_list("shop_id", "home_url"))
        for shop in shops.all_shops():
            try:
                secrets = shops.hook_secrets(shop)
            except ConfigurationError:
                # One shop whose secret does not open must not close the others' doors.
                logger.exception("a webhook secret does not open", extra={"shop": shop.pk})
            else:
                addresses = (shop.url, homes.get(shop.pk, ""))
                found[shop.hook_token] = Door(
                    shop=ShopId(shop.pk),
                    secrets=secrets,
                    hosts=frozenset(host_of(url) for url in addresses if url),
                )
        return found

    return HookFront(
        doors=Doors(load_doors, monotonic=monotonic),
        check=check_signature,
        writer=Writer(Inbox(vault), now=now, on_stored=on_hint),
        now=now,
        monotonic=monotonic,
    )


def is_ready() -> bool:
    """Say whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM kvitt_shop")
    except DatabaseError:
        close_old_connections()
        return False
    return True
