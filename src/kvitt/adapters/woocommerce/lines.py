"""Lines of an order or of a refund, from WooCommerce's JSON. Pure.

The laws:

1. Figures are the line's own, excluding tax, with the tax beside them. ``price`` is a
   number with a tail of nines, and coupons are already inside the totals: neither is
   used (woocommerce-facts.md §2).
2. Percentages are the order's stored ones, never today's tax table.
3. WooCommerce writes refunds below zero; ours say what is given back, above it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape

from kvitt.adapters.fields import Fields, to_decimal
from kvitt.adapters.woocommerce.products import ProductFacts, ProductKey, web_address
from kvitt.domain.store_order import LineKind, LineTax, StoreLine

_NOTHING = Decimal(0)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A tax rate as it was stored on the order."""

    percent: Decimal
    #: Charged on the price and on the taxes before it.
    compound: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a line needs of the order around it."""

    rates: Mapping[str, Rate]
    products: Mapping[int, ProductFacts] = field(default_factory=dict)
    #: −1 for refunds.
    sign: int = 1


def parse_rates(tax_lines: Iterable[Fields]) -> dict[str, Rate]:
    """Return the order's tax rates by their id, which the lines refer to."""
    return {
        line.text("rate_id"): Rate(
            percent=line.decimal("rate_percent", _NOTHING), compound=line.flag("compound")
        )
        for line in tax_lines
    }


def parse_lines(order: Fields, *, context: Context) -> tuple[StoreLine, ...]:
    """Return products, shipping and fees, in that order."""
    readers: tuple[tuple[str, Callable[[Fields, Context], StoreLine]], ...] = (
        ("line_items", _product),
        ("shipping_lines", _shipping),
        ("fee_lines", _fee),
    )
    return tuple(read(item, context) for name, read in readers for item in order.children(name))


def meta_of(item: Fields) -> dict[str, object]:
    """Return an item's meta data; the last of a key counts."""
    return {meta.text("key"): meta.raw("value") for meta in item.children("meta_data")}


def plain(text: str) -> str:
    """Return a text without HTML, as people would read it."""
    return unescape(_TAG.sub("", text)).strip()


def _product(item: Fields, context: Context) -> StoreLine:
    key = ProductKey(item.whole("product_id", 0), item.whole("variation_id", 0))
    facts = context.products.get(key.id, ProductFacts()) if key.id else ProductFacts()
    quantity, name = _quantity(item)
    return StoreLine(
        id=item.whole("id"),
        kind=LineKind.PRODUCT,
        name=name,
        # A deleted product has neither SKU nor id; its line's id stands in, in domain/lines.
        reference=item.text("sku") or (str(key.id) if key.id else ""),
        quantity=quantity,
        subtotal=_amount(item, "subtotal", context),
        subtotal_tax=_amount(item, "subtotal_tax", context),
        total=_amount(item, "total", context),
        total_tax=_amount(item, "total_tax", context),
        rates=_rates(item, context),
        taxes=_taxes(item, context),
        virtual=facts.virtual,
        product_url=facts.url,
        image_url=_image(item),
        refunds_line=_refunds_line(item),
    )


def _shipping(item: Fields, context: Context) -> StoreLine:
    method, instance = item.text("method_id"), item.text("instance_id")
    reference = f"{method}:{instance}" if instance else method
    return _plain_line(
        item,
        context,
        kind=LineKind.SHIPPING,
        name=plain(item.text("method_title")),
        reference=reference,
    )


def _fee(item: Fields, context: Context) -> StoreLine:
    name = plain(item.text("name"))
    return _plain_line(item, context, kind=LineKind.FEE, name=name, reference=name)


def _plain_line(
    item: Fields, context: Context, *, kind: LineKind, name: str, reference: str
) -> StoreLine:
    """Return a line of one piece, which has no price before discount."""
    total = _amount(item, "total", context)
    taxes = _amount(item, "total_tax", context)
    return StoreLine(
        id=item.whole("id"),
        kind=kind,
        name=name,
        reference=reference,
        quantity=1,
        subtotal=total,
        subtotal_tax=taxes,
        total=total,
        total_tax=taxes,
        rates=_rates(item, context),
        taxes=_taxes(item, context),
        refunds_line=_refunds_line(item),
    )


def _amount(item: Fields, name: str, context: Context) -> Decimal:
    # Empty where WooCommerce had nothing to say (woocommerce-facts.md §3).
    return item.decimal(name, _NOTHING) * context.sign + _NOTHING


def _quantity(item: Fields) -> tuple[int, str]:
    """Return a whole quantity and the name; 1.5 metres become one piece of "1.5 × …"."""
    quantity = abs(item.decimal("quantity", _NOTHING))
    name = plain(item.text("name"))
    if quantity == quantity.to_integral_value():
        return int(quantity), name
    return 1, f"{quantity.normalize():f} × {name}"


def _taxes(item: Fields, context: Context) -> tuple[LineTax, ...]:
    """Return the tax of each rate that was charged."""
    charged = [tax for tax in item.children("taxes") if _charged(tax)]
    return tuple(LineTax(tax.whole("id"), _amount(tax, "total", context)) for tax in charged)


def _rates(item: Fields, context: Context) -> tuple[Decimal, ...]:
    """Return the percentages that were applied; together they are what the price bore.

    A compound rate is given as what it comes to of the price without any tax: 7 % on top
    of 5 % is 7.35 %.
    """
    applied = [
        context.rates[rate_id]
        for tax in item.children("taxes")
        if (rate_id := tax.text("id")) in context.rates and _charged(tax)
    ]
    simple = [rate.percent for rate in applied if not rate.compound]
    return (*simple, *_compounded(simple, [rate.percent for rate in applied if rate.compound]))


def _compounded(simple: Sequence[Decimal], compound: Sequence[Decimal]) -> list[Decimal]:
    price_with_tax = 1 + sum(simple, start=_NOTHING) / 100
    effective = []
    for percent in compound:
        effective.append(percent * price_with_tax)
        price_with_tax *= 1 + percent / 100
    return effective


def _charged(tax: Fields) -> bool:
    """Say whether a rate of the line took anything; WooCommerce lists those of zero too."""
    return any(to_decimal(tax.raw(name)) for name in ("total", "subtotal"))


def _image(item: Fields) -> str:
    image = item.raw("image")
    source = image.get("src") if isinstance(image, dict) else None
    return web_address(source) if isinstance(source, str) else ""


def _refunds_line(item: Fields) -> int | None:
    number = to_decimal(meta_of(item).get("_refunded_item_id"))
    return None if number is None else int(number)
