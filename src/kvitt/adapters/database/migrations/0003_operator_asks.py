"""What operators ask of orders, refunds that are booked by lines, orders that are left alone."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Adds the asks' table and what the shop's refunds and the order rows need beside it."""

    dependencies = (("kvitt", "0002_console_lists"),)

    operations = (
        migrations.CreateModel(
            name="AskRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(unique=True)),
                (
                    "command",
                    models.CharField(
                        choices=[
                            ("capture", "capture"),
                            ("refund", "refund"),
                            ("update", "update"),
                            ("release", "release"),
                            ("extend", "extend"),
                            ("cancel", "cancel"),
                            ("resend", "resend"),
                            ("due_date", "due_date"),
                        ],
                        max_length=20,
                    ),
                ),
                ("request", models.JSONField()),
                ("actor", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("intent", models.UUIDField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("done", "done"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True, default="")),
                ("offers", models.JSONField(blank=True, default=list)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asks",
                        to="kvitt.order",
                    ),
                ),
            ],
            options={
                "db_table": "kvitt_ask",
                "ordering": ("pk",),
                "indexes": [
                    models.Index(
                        condition=Q(("state", "waiting")),
                        fields=["order"],
                        name="kvitt_ask_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("state__in", ["waiting", "done", "refused", "withdrawn"])),
                        name="kvitt_ask_state",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="switched_off",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="writebackrow",
            name="lines",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="writebackrow",
            name="restock",
            field=models.BooleanField(default=False),
        ),
    )
