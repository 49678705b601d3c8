"""Every form that moves money or changes who may asks for a recent proof first.

Which those are follows from the right they need. A form that needs one of these rights
and asks for no proof is named below with its reason.
"""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from browser import console_orders
from kvitt.web.accounts import roles
from kvitt.web.accounts.recent import PROOF_LASTS
from kvitt.web.accounts.rights import Right, Role
from security.addresses import every_address
from security.test_every_address import NARROWED_BY_THE_VIEW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_console")]

GUARDED = {Right.CAPTURE, Right.REFUND, Right.PEOPLE}
#: Address → why no proof is asked.
NOT_ASKED = {
    "orders/<int:order_id>/asked/<uuid:key>/withdraw": "takes back what was not sent",
    "orders/<int:order_id>/decline": "leaves out what waits: no money moves",
}
ASKED = "Is it still you?"
NOT_A_FORM = 405


def test_every_form_that_moves_money_asks_who_is_there(client: Client) -> None:
    """With an old proof each such form is answered with the question, and does nothing."""
    stall = console_orders.open_stall(timezone.now())
    order = console_orders.held(stall)
    owner = User.objects.create(username="olga")
    roles.give(owner, Role.OWNER)
    client.force_login(owner)
    session = client.session
    session["kvitt_proved_at"] = (timezone.now() - PROOF_LASTS).timestamp()
    session.save()
    values = {
        **NARROWED_BY_THE_VIEW,
        "order_id": order.pk,
        "shop_id": stall.shop.pk,
        "account_id": stall.account,
        "user_id": owner.pk,
    }
    asked, silent = set(), set()

    for address in every_address():
        if address.rule is None or address.rule.right not in GUARDED:
            continue
        answer = client.post(address.filled(values))
        if ASKED in str(answer.content, "utf-8"):
            asked.add(str(address))
        elif answer.status_code != NOT_A_FORM:
            silent.add(str(address))

    assert silent <= NOT_ASKED.keys()
    assert {"orders/<int:order_id>/refund/review", "orders/<int:order_id>/approve"} <= asked
