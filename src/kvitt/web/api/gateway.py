"""The shop's own gateway asks for a refund while its refund button is held down.

The message is signed as Standard Webhooks has it, with the secret of the shop's webhook to
us: whoever administers the shop has it there already. It names a refund and nothing more;
amount and lines are read in the shop. Repeated, it is the same refund: it is the shop's id
that counts, and not how often it is named.
"""

import time
from datetime import UTC, datetime

from django.http import HttpRequest
from ninja import Router
from ninja.security.base import AuthBase

from kvitt import settings as configuration
from kvitt.adapters.database import reads
from kvitt.adapters.database.gateway import GatewayAnswer, GatewayBook, GatewayState
from kvitt.adapters.database.models import Shop
from kvitt.adapters.database.repositories import ShopRepository
from kvitt.adapters.database.vault import Vault
from kvitt.adapters.outgoing import signature
from kvitt.domain.errors import WebhookRejected
from kvitt.web import desk
from kvitt.web.api import bodies, problems, schemas

router = Router(tags=["gateway"])

#: A shop's page waits this long at most for an answer.
PATIENCE = 20.0
GLANCE = 0.1
_SHOP = "kvitt_shop"
_HOOK = "Kvitt-Hook"
_ACTOR = "shop"


class HookAuth(AuthBase):
    """Lets a shop in that signs with the secret of its webhook."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = _HOOK

    def __call__(self, request: HttpRequest) -> Shop | None:
        """Return the shop that signed this message; None where none did."""
        now = datetime.now(UTC)
        shops = ShopRepository(Vault.of(configuration.current()), lambda: now)
        token = request.headers.get(_HOOK, "")
        shop = shops.by_hook_token(token) if token and "\x00" not in token else None
        if shop is None:
            return None
        given = {name.lower(): value for name, value in request.headers.items()}
        keys = [secret.encode() for secret in shops.hook_secrets(shop)]
        try:
            signature.check(request.body, given=given, keys=keys, now=now)
        except WebhookRejected:
            return None
        setattr(request, _SHOP, shop)
        return shop


@router.post(
    "/gateway/refunds",
    response=schemas.GatewayOut,
    auth=HookAuth(),
    operation_id="refund_from_gateway",
    summary="Send a refund of the shop, and say yes or why not",
)
def refund(request: HttpRequest, body: bodies.GatewayRefundIn) -> schemas.GatewayOut:
    """Have a refund of the shop sent now; ``waiting`` is a yes that Klarna has not said yet."""
    shop: Shop = getattr(request, _SHOP)
    order = reads.find_order(shop.pk, body.order_id)
    if order is None:
        raise problems.not_found("order")
    book = GatewayBook(lambda: datetime.now(UTC))
    if book.allow(order.pk, body.refund_id):
        desk.current().look_again(order.pk, _ACTOR)
    found = _awaited(book, order.pk, body)
    return schemas.GatewayOut(
        state=found.state.value, reason=found.text, klarna_refund_id=found.klarna_refund_id
    )


def _awaited(book: GatewayBook, order: int, body: bodies.GatewayRefundIn) -> GatewayAnswer:
    """Return the answer, or that it is still waited for when the patience is over."""
    wanted = book.wanted(order)
    until = time.monotonic() + min(body.patience, PATIENCE)
    while True:
        found = book.answer(order, body.refund_id, wanted=wanted)
        if found.state is not GatewayState.WAITING or time.monotonic() >= until:
            return found
        time.sleep(GLANCE)
