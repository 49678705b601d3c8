"""Every form that moves money or changes who may asks for a recent proof first.

Which those are follows from the right they need. A form that needs one of these rights
and asks for no proof is named below with its reason.
"""

from dataclasses import dataclass

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
    "orders/<int:order_id>/leave-alone": "stops kvitt: no money moves",
}
_SECRET = (
    "what is typed is a secret: it is tried, moves nothing, and is carried through no page"
)
#: The same of addresses that connect and configure.
CONFIGURED_WITHOUT = {
    "shops/connect": "looks whether a shop is there",
    "shops/connect/<uuid:attempt_id>": _SECRET,
    "shops/<int:shop_id>/accounts/add": _SECRET,
    "shops/accounts/<int:account_id>/key": _SECRET,
    "shops/accounts/<int:account_id>/serves": "chooses an account for orders yet unknown",
    "shops/accounts/<int:account_id>/remove": "forgets an account without orders",
    "shops/<int:shop_id>/connect-again": "begins, and ends with a secret",
    "shops/<int:shop_id>/check": "reads",
    "shops/<int:shop_id>/pause": "stops kvitt: no money moves",
    "shops/<int:shop_id>/import/start": "reads",
    "settings/webhooks/<int:subscriber_id>/test": "sends a message that tells nothing",
    "settings/webhooks/<int:subscriber_id>/pause": "sends less",
    "settings/webhooks/<int:subscriber_id>/resume": "goes on with what was set up",
    "settings/webhooks/<int:subscriber_id>/messages/<uuid:message_id>/again": (
        "repeats a message"
    ),
}
ASKED = "Is it still you?"
NOT_A_FORM = 405


@dataclass(frozen=True, kw_only=True, slots=True)
class Stale:
    """An owner's browser whose last proof is too old, and what fills addresses."""

    client: Client
    values: dict[str, object]

    def press(self, rights: set[Right]) -> tuple[set[str], set[str]]:
        """Post to every address under these rights; return which asked, and which did not."""
        asked, silent = set(), set()
        for address in every_address():
            if address.rule is None or address.rule.right not in rights:
                continue
            answer = self.client.post(address.filled(self.values))
            if ASKED in str(answer.content, "utf-8"):
                asked.add(str(address))
            elif answer.status_code != NOT_A_FORM:
                silent.add(str(address))
        return asked, silent


@pytest.fixture
def stale(client: Client) -> Stale:
    """Give an owner who left the screen a quarter of an hour ago."""
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
    return Stale(client=client, values=values)


def test_every_form_that_moves_money_asks_who_is_there(stale: Stale) -> None:
    """With an old proof each such form is answered with the question, and does nothing."""
    asked, silent = stale.press(GUARDED)

    assert silent <= NOT_ASKED.keys()
    assert {"orders/<int:order_id>/refund/review", "orders/<int:order_id>/approve"} <= asked


def test_every_form_that_lets_kvitt_act_asks_who_is_there(stale: Stale) -> None:
    """What has kvitt move money by itself from then on asks too; the rest has a reason."""
    asked, silent = stale.press({Right.CONFIGURE})

    assert silent <= CONFIGURED_WITHOUT.keys()
    assert {
        "shops/<int:shop_id>/take-over",
        "shops/<int:shop_id>/import/approve",
        "shops/<int:shop_id>/vouch",
        "settings/webhooks/add",
        "settings/webhooks/<int:subscriber_id>/secret",
        "settings/webhooks/<int:subscriber_id>/delete",
    } <= asked
