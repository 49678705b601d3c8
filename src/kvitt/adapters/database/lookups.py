"""Finding what people and programs name: an order by its number, a shop by name or address."""

from django.db.models import Q

from kvitt.adapters.database.models import Order, Shop


def find_orders(number: str, *, shop: str = "") -> tuple[Order, ...]:
    """Return the orders of this number, of one shop where one is named."""
    rows = Order.objects.filter(number=number.lstrip("#")).select_related("shop")
    if shop:
        rows = rows.filter(shop__in=find_shops(shop))
    return tuple(rows.order_by("pk")[:10])


def find_shops(name: str) -> tuple[Shop, ...]:
    """Return the shops of this name, address or row id."""
    named = Q(name__iexact=name) | Q(url__iexact=name.rstrip("/"))
    if name.isdecimal():
        named |= Q(pk=int(name))
    return tuple(Shop.objects.filter(named).order_by("pk"))
