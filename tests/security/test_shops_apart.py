"""No page shows anything of another shop: a word stored there is looked for on every page."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from browser import console_orders
from kvitt.adapters.database.models import IntentRow, Shop
from kvitt.web.accounts import roles
from kvitt.web.accounts.rights import Role
from security import hostile
from security.addresses import every_address
from security.test_every_address import NARROWED_BY_THE_VIEW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_console")]

#: In every text of the other shop, and nowhere else.
FOREIGN = "Sydbutiken"


def test_no_page_shows_a_word_of_another_shop(client: Client) -> None:
    """An owner of one shop finds the other's word on no page, in no download and no part."""
    now = timezone.now()
    south = console_orders.open_stall(now, url="https://south.example")
    foreign = hostile.fill(south, FOREIGN)
    Shop.objects.filter(pk=south.shop.pk).update(
        name=FOREIGN, trouble=FOREIGN, trouble_since=now, url=f"https://{FOREIGN}.example"
    )
    north = console_orders.open_stall(now, url="https://north.example")
    own = console_orders.held(north, 1001)
    anna = User.objects.create(username="anna")
    roles.give(anna, Role.OWNER, shop=north.shop.pk)
    client.force_login(anna)
    foreign_call = IntentRow.objects.filter(order=foreign).values_list("uid", flat=True).first()
    values = {
        **NARROWED_BY_THE_VIEW,
        "order_id": own.pk,
        "shop_id": north.shop.pk,
        "account_id": north.account,
        "store_order_id": foreign.store_order_id,
        # Of the other shop, under an order of one's own.
        "call_id": foreign_call,
    }
    shown = []

    for address in every_address():
        for query in ("", f"?q={foreign.store_order_id}&shop={south.shop.pk}"):
            answer = client.get(address.filled(values) + query)
            said = b"".join(answer) if answer.streaming else answer.content
            shown += [f"{address}{query}"] if FOREIGN.encode() in said else []

    assert shown == []
    # With a role in every shop the same pages do show it.
    roles.give(anna, Role.OWNER)
    for path in ("/orders", "/attention"):
        assert FOREIGN in str(client.get(path).content, "utf-8")
