"""When each order was placed, so that a month of the books is a month of sales."""

from datetime import datetime
from typing import Any

from django.db import migrations, models
from django.db.models import F

_CHUNK = 500


def date_known(apps: Any, schema_editor: Any) -> None:
    """Date every order by what Klarna has said of it, else by when it came."""
    orders = apps.get_model("kvitt", "Order").objects.using(schema_editor.connection.alias)
    orders.filter(placed_at=None).update(placed_at=F("created_at"))
    said = orders.exclude(klarna=None).order_by("pk")
    last = 0
    while chunk := list(said.filter(pk__gt=last).only("placed_at", "klarna")[:_CHUNK]):
        for order in chunk:
            if created := order.klarna.get("created_at"):
                order.placed_at = datetime.fromisoformat(created)
        orders.bulk_update(chunk, ("placed_at",))
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("kvitt", "0017_what_moved"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="placed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("comparison", ""), _negated=True),
                fields=[
                    "placed_at",
                    "comparison",
                    "shop",
                    "currency",
                    "shop_says_minor",
                    "klarna_says_minor",
                    "looked_at",
                    "klarna_read_at",
                ],
                name="kvitt_order_month",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("differs", True)),
                fields=["placed_at", "id"],
                name="kvitt_order_apart",
            ),
        ),
        migrations.RunPython(date_known, migrations.RunPython.noop),
    ]
