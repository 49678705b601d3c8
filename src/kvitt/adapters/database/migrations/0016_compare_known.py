"""Compare the orders that were read before there was a reconciliation, from what is known.

What the shop has refunded is taken from the refunds that were ever seen; where one was
deleted since, the next look says less.
"""

from typing import Any

from django.db import migrations

from kvitt.adapters.database import comparing, shapes
from kvitt.domain.money import Money

_CHUNK = 500
_READ = (
    "store_status",
    "klarna_status",
    "currency",
    "total_minor",
    "authorized_minor",
    "captured_minor",
    "refunded_minor",
    "remaining_minor",
    "store_refunded_minor",
    *comparing.FROM,
)


def compare_known(apps: Any, schema_editor: Any) -> None:
    """Set the new columns of every order that was ever concluded from."""
    orders = apps.get_model("kvitt", "Order").objects.using(schema_editor.connection.alias)
    known = orders.exclude(state_since=None).select_related("shop").only(*_READ)
    last = 0
    while chunk := list(known.filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        for order in chunk:
            seen = (order.refunds_seen or {}).values()
            order.store_refunded_minor = sum(shapes.unpack(Money, each).minor for each in seen)
            comparing.put(order)
        orders.bulk_update(chunk, (*comparing.COLUMNS, "store_refunded_minor"))
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("kvitt", "0015_reconciliation"),
    ]

    operations = [
        migrations.RunPython(compare_known, migrations.RunPython.noop),
    ]
