"""A shop's order with its refunds, from WooCommerce's JSON to our value. Pure.

The law: the shop's total is the truth and must be exact in the currency's minor units;
an order whose figures do not allow that is ``UnreadableOrder``, for a person to look at,
and is never rounded into something else.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from kvitt.adapters.fields import Fields, to_decimal
from kvitt.adapters.woocommerce import balance, lines
from kvitt.adapters.woocommerce.lines import Context, Rate
from kvitt.adapters.woocommerce.products import ProductFacts
from kvitt.domain.errors import InvalidAmount, MalformedReply, UnreadableOrder
from kvitt.domain.ids import KlarnaOrderId, StoreOrderId, StoreRefundId
from kvitt.domain.money import Money
from kvitt.domain.store_order import Address, StoreOrder, StoreRefund

_CURRENCY_LETTERS = 3
_NOTHING = Decimal(0)


@contextmanager
def readable(order_id: StoreOrderId) -> Iterator[None]:
    """Turn figures that cannot be understood into UnreadableOrder, naming the place."""
    try:
        yield
    except (MalformedReply, InvalidAmount) as error:
        raise UnreadableOrder(f"order {order_id}: {error}") from error


def parse_order(
    order: Fields,
    *,
    refunds: Sequence[Fields] = (),
    products: Mapping[int, ProductFacts] | None = None,
) -> StoreOrder:
    """Return the order as the shop has it now. Raises UnreadableOrder."""
    order_id = StoreOrderId(order.whole("id"))
    with readable(order_id):
        context = Context(
            rates=lines.parse_rates(order.children("tax_lines")), products=products or {}
        )
        meta = lines.meta_of(order)
        billing = order.child("billing")
        number, company = _tracking(meta)
        total = Money.exact(order.decimal("total"), _currency(order))
        own = lines.parse_lines(order, context=context)
        return StoreOrder(
            id=order_id,
            number=order.text("number") or str(order_id),
            status=order.text("status", None).removeprefix("wc-"),
            total=total,
            lines=balance.with_credits(own, order=order, meta=meta, total=total),
            payment_method=order.text("payment_method"),
            klarna_order_id=_klarna_order_id(order, meta),
            paid=bool(order.raw("date_paid_gmt") or order.raw("date_paid")),
            modified_at=_moment(order, "date_modified_gmt"),
            refunds=_refunds(refunds, context=context, currency=total.currency),
            capture_id=_text(meta.get("_wc_klarna_capture_id")),
            cancelled_mark=_truthy(meta.get("_wc_klarna_cancelled")),
            sync_off=_truthy(meta.get("_kom_disconnect")),
            taken_over=_truthy(meta.get("_kvitt_order_management")),
            country=(_text(meta.get("_wc_klarna_country")) or billing.text("country")).upper(),
            environment=_text(meta.get("_wc_klarna_environment")),
            shipping_address=_address(order),
            customer=_full_name(billing),
            # Sales tax is told apart by where the customer is (plugin-behaviour.md §3.1).
            sales_tax_apart=billing.text("country").upper() == "US",
            tracking_number=number,
            tracking_company=company,
        )


def _refunds(
    refunds: Sequence[Fields], *, context: Context, currency: str
) -> tuple[StoreRefund, ...]:
    """Return the refunds as they were made; within a second the shop has no order."""
    parsed = (_refund(refund, context=context, currency=currency) for refund in refunds)
    return tuple(sorted(parsed, key=lambda refund: refund.id))


def _refund(refund: Fields, *, context: Context, currency: str) -> StoreRefund:
    own: Mapping[str, Rate] = lines.parse_rates(refund.children("tax_lines"))
    rates = {**own, **context.rates}
    fee, fee_tax = _return_fee(lines.meta_of(refund), currency=currency)
    return StoreRefund(
        id=StoreRefundId(refund.whole("id")),
        # Empty on a refund of quantities alone (woocommerce-facts.md §3).
        amount=Money.exact(abs(refund.decimal("amount", _NOTHING)), currency),
        reason=lines.plain(refund.text("reason")),
        created_at=_moment(refund, "date_created_gmt"),
        lines=lines.parse_lines(refund, context=replace(context, rates=rates, sign=-1)),
        refunded_payment=refund.flag("refunded_payment"),
        return_fee=fee,
        return_fee_tax=fee_tax,
    )


def _return_fee(
    meta: Mapping[str, object], *, currency: str
) -> tuple[Money | None, Money | None]:
    """Return the fee withheld, gross, and its tax; typed by people, so often empty."""
    stored = meta.get("_klarna_return_fees")
    if not isinstance(stored, dict):
        return None, None
    net = to_decimal(stored.get("amount")) or _NOTHING
    taxes = to_decimal(stored.get("tax_amount")) or _NOTHING
    # The plugin adds no fee where only its tax was typed (plugin-behaviour.md §2.5).
    if net <= 0:
        return None, None
    return Money.exact(net + taxes, currency), Money.exact(taxes, currency)


def _klarna_order_id(order: Fields, meta: Mapping[str, object]) -> KlarnaOrderId | None:
    """Return ``transaction_id``, which wins over the meta (plugin-behaviour.md §1.2)."""
    found = order.text("transaction_id").strip() or _text(meta.get("_wc_klarna_order_id"))
    return KlarnaOrderId(found) if found else None


def _address(order: Fields) -> Address:
    """Return where the goods go; without an address of its own, to the customer."""
    billing = order.child("billing")
    shipping = order.child("shipping")
    own = any(shipping.text(name) for name in ("address_1", "postcode", "city"))
    place = shipping if own else billing
    return Address(
        given_name=place.text("first_name"),
        family_name=place.text("last_name"),
        organization_name=place.text("company"),
        street_address=place.text("address_1"),
        street_address2=place.text("address_2"),
        postal_code=place.text("postcode"),
        city=place.text("city"),
        region=place.text("state"),
        country=place.text("country").upper(),
        email=billing.text("email"),
        phone=place.text("phone") or billing.text("phone"),
    )


def _full_name(billing: Fields) -> str:
    name = f"{billing.text('first_name')} {billing.text('last_name')}".strip()
    return name or billing.text("company")


def _tracking(meta: Mapping[str, object]) -> tuple[str, str]:
    """Return the latest parcel's number and carrier, as shipment plugins store them."""
    parcels = meta.get("_wc_shipment_tracking_items")
    latest = parcels[-1] if isinstance(parcels, list) and parcels else None
    if isinstance(latest, dict) and latest.get("tracking_number"):
        company = latest.get("tracking_provider") or latest.get("custom_tracking_provider")
        return _text(latest["tracking_number"]), _text(company)
    return _text(meta.get("_kss_tracking_id")), ""


def _currency(order: Fields) -> str:
    code = order.text("currency", None).upper()
    if not (len(code) == _CURRENCY_LETTERS and code.isascii() and code.isalpha()):
        raise MalformedReply("order.currency is not a currency")
    return code


def _moment(item: Fields, name: str) -> datetime:
    moment = item.moment(name)
    if moment is None:
        raise MalformedReply(f"{item.where}.{name} is missing")
    return moment


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _truthy(value: object) -> bool:
    """Say whether PHP takes the value for true: it takes "0" for false."""
    return bool(value) and value != "0"
