"""What a shop's checkout does: an order in the shop, and the Klarna order that pays it.

The lines sent to Klarna here are the checkout plugin's, with its own rounding, as a
customer's purchase would have left them (plugin-behaviour.md §3.3). They are not ours to
copy: keeping the two apart is what makes the sandbox a witness.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kvitt.sandbox.klarna import Books, FraudStatus
from kvitt.sandbox.klarna import Purchase as KlarnaPurchase
from kvitt.sandbox.shop import seeding, taxes
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.records import Address, FeeLine, Item, LineItem, Order, ShippingLine
from kvitt.sandbox.shop.seeding import Bought

#: Currencies whose minor unit is a hundredth are all a Klarna shop here sells in.
_HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True, slots=True)
class Basket:
    """Who buys what, and how it went."""

    buyer: Address
    bought: tuple[Bought, ...]
    currency: str = "SEK"
    locale: str = "sv-SE"
    shipping_total: Decimal | None = None
    shipping_title: str = "Postnord"
    fees: dict[str, Decimal] = field(default_factory=dict)
    coupons: tuple[str, ...] = ()
    status: str = "processing"
    paid: bool = True
    placed: datetime | None = None
    #: When the authorization ends, where it is not 28 days after the purchase.
    expires: datetime | None = None
    payment_method: str = "INVOICE"
    fraud_status: FraudStatus | None = None
    #: False leaves the shop's order without the Klarna order's id, as a broken checkout does.
    linked: bool = True


def buy(desk: OrderDesk, klarna: Books, merchant_id: str, basket: Basket) -> Order:
    """Place the order in the shop and at Klarna, and return the shop's."""
    order = seeding.place_order(
        desk,
        seeding.Purchase(
            klarna_order_id="",
            bought=basket.bought,
            billing=basket.buyer,
            shipping_total=basket.shipping_total,
            shipping_title=basket.shipping_title,
            fees=basket.fees,
            coupons=basket.coupons,
            currency=basket.currency,
            country=basket.buyer.country,
            status=basket.status,
            paid=basket.paid,
            placed=basket.placed,
        ),
    )
    klarna_id = klarna.place_order(_purchase(desk, merchant_id, order, basket))
    if not basket.linked:
        return order
    meta = [{"key": "_wc_klarna_order_id", "value": klarna_id}]
    return desk.update_order(order.id, {"transaction_id": klarna_id, "meta_data": meta})


def _purchase(
    desk: OrderDesk, merchant_id: str, order: Order, basket: Basket
) -> KlarnaPurchase:
    address = _address(basket.buyer)
    return KlarnaPurchase(
        merchant_id=merchant_id,
        order_amount=_minor(order.total),
        currency=order.currency,
        country=basket.buyer.country,
        locale=basket.locale,
        order_lines=_lines(desk, order, apart=basket.buyer.country == "US"),
        billing_address=address,
        shipping_address=address,
        merchant_reference1=order.number,
        merchant_reference2=str(order.id),
        payment_method=basket.payment_method,
        fraud_status=basket.fraud_status,
        created_at=basket.placed,
        expires_at=basket.expires,
    )


def _lines(desk: OrderDesk, order: Order, *, apart: bool) -> tuple[dict[str, Any], ...]:
    """Return the order's lines; US sales tax is a line of its own."""
    items: tuple[Item, ...] = (*order.lines, *order.shipping_lines, *order.fees)
    lines = [_line(desk, order, item, apart=apart) for item in items]
    if apart and order.total_tax:
        tax = _minor(order.total_tax)
        lines.append(_row("Sales Tax", "Sales Tax", "sales_tax", unit=tax, total=tax))
    return tuple(lines)


def _line(desk: OrderDesk, order: Order, item: Item, *, apart: bool) -> dict[str, Any]:
    tax = Decimal(0) if apart else taxes.tax_of(item, desk.books.settings)
    total = _minor(item.total) + _minor(tax)
    rate = 0 if apart else _rate(order, item)
    if isinstance(item, LineItem):
        before = Decimal(0) if apart else taxes.subtotal_tax_of(item, desk.books.settings)
        unit = _minor((item.subtotal + before) / max(item.quantity, 1))
        product = desk.books.product(item.variation_id or item.product_id)
        kind = "digital" if product is not None and product.virtual else "physical"
        return _row(
            item.name,
            product.sku if product is not None else str(item.id),
            kind,
            quantity=item.quantity,
            unit=unit,
            total=total,
            rate=rate,
            tax=_minor(tax),
        )
    if isinstance(item, ShippingLine):
        reference = f"{item.method_id}:{item.instance_id}"
        name, kind = item.method_title, "shipping_fee"
    else:
        reference, name, kind = item.name, item.name, _fee_type(item)
    return _row(name, reference, kind, unit=total, total=total, rate=rate, tax=_minor(tax))


def _row(  # noqa: PLR0913 - the columns of one order line
    name: str,
    reference: str,
    kind: str,
    *,
    unit: int,
    total: int,
    quantity: int = 1,
    rate: int = 0,
    tax: int = 0,
) -> dict[str, Any]:
    return {
        "type": kind,
        "reference": reference,
        "name": name,
        "quantity": quantity,
        "unit_price": unit,
        "tax_rate": rate,
        "total_amount": total,
        "total_discount_amount": unit * quantity - total,
        "total_tax_amount": tax,
    }


def _fee_type(fee: FeeLine) -> str:
    return "discount" if fee.total < 0 else "surcharge"


def _rate(order: Order, item: Item) -> int:
    percents = {line.rate_id: line.rate_percent for line in order.tax_lines}
    used = (percents.get(tax.rate_id, Decimal(0)) for tax in item.taxes if tax.total)
    return int(sum(used, Decimal(0)) * _HUNDRED)


def _minor(amount: Decimal) -> int:
    return int((amount * _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _address(address: Address) -> dict[str, str]:
    return {
        "given_name": address.first_name,
        "family_name": address.last_name,
        "organization_name": address.company,
        "street_address": address.address_1,
        "street_address2": address.address_2,
        "postal_code": address.postcode,
        "city": address.city,
        "region": address.state,
        "country": address.country,
        "email": address.email,
        "phone": address.phone,
    }
