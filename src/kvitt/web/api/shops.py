"""The shops and Klarna accounts that a key may see. Secrets are never part of an answer."""

from django.http import HttpRequest
from ninja import Router

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import KlarnaAccount
from kvitt.web.accounts.rights import Right
from kvitt.web.api import describing, schemas
from kvitt.web.api.auth import caller_of, needs

router = Router(tags=["shops"])


@router.get(
    "/shops",
    response=list[schemas.ShopOut],
    auth=needs(Right.SEE),
    operation_id="list_shops",
    summary="Connected shops",
)
def list_shops(request: HttpRequest) -> list[schemas.ShopOut]:
    """List the key's shops, by name."""
    return [describing.shop(row) for row in reads.visible_shops(caller_of(request).shops)]


@router.get(
    "/accounts",
    response=list[schemas.AccountOut],
    auth=needs(Right.SEE),
    operation_id="list_accounts",
    summary="Klarna accounts of the shops",
)
def list_accounts(request: HttpRequest) -> list[schemas.AccountOut]:
    """List the accounts, without their credentials."""
    rows = KlarnaAccount.objects.order_by("pk")
    shops = caller_of(request).shops
    if shops is not None:
        rows = rows.filter(shop__in=shops)
    return [describing.account(row) for row in rows]
