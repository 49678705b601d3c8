"""Connecting shops: attempts, what was found, imports, accounts by currency."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kvitt", "0003_operator_asks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConnectAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("uid", models.UUIDField(editable=False, unique=True)),
                ("nonce_hash", models.CharField(max_length=64, unique=True)),
                ("nonce_sealed", models.TextField()),
                ("url", models.URLField(max_length=500)),
                ("home_url", models.CharField(max_length=500)),
                ("name", models.CharField(max_length=200)),
                ("actor", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("consumer_key_sealed", models.TextField(blank=True, default="")),
                ("consumer_secret_sealed", models.TextField(blank=True, default="")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "shop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="kvitt.shop",
                    ),
                ),
            ],
            options={"db_table": "kvitt_connect_attempt"},
        ),
        migrations.CreateModel(
            name="ShopStanding",
            fields=[
                (
                    "shop",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="kvitt.shop",
                    ),
                ),
                ("home_url", models.CharField(blank=True, default="", max_length=500)),
                (
                    "store_id",
                    models.CharField(blank=True, db_index=True, default="", max_length=100),
                ),
                ("found", models.JSONField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, default="", max_length=40)),
                ("problem_about", models.CharField(blank=True, default="", max_length=500)),
                ("problem_since", models.DateTimeField(blank=True, null=True)),
                ("subscribed_at", models.DateTimeField(blank=True, null=True)),
                ("switches_before", models.JSONField(blank=True, null=True)),
                ("taken_over_at", models.DateTimeField(blank=True, null=True)),
                ("taken_over_by", models.CharField(blank=True, default="", max_length=150)),
            ],
            options={"db_table": "kvitt_shop_standing"},
        ),
        migrations.CreateModel(
            name="ShopImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "Reading"),
                            ("report", "Report"),
                            ("approved", "Approved"),
                        ],
                        default="reading",
                        max_length=10,
                    ),
                ),
                ("page", models.IntegerField(default=1)),
                ("total", models.IntegerField(blank=True, null=True)),
                ("listed", models.IntegerField(default=0)),
                ("taken", models.IntegerField(default=0)),
                ("trouble", models.TextField(blank=True, default="")),
                ("due_at", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("started_by", models.CharField(max_length=150)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("approved_by", models.CharField(blank=True, default="", max_length=150)),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="kvitt.shop",
                    ),
                ),
            ],
            options={"db_table": "kvitt_shop_import"},
        ),
        migrations.AddConstraint(
            model_name="shopimport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved"), _negated=True),
                fields=("shop",),
                name="kvitt_import_one_at_a_time",
            ),
        ),
        migrations.AddField(
            model_name="klarnaaccount",
            name="currencies",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="order",
            name="observed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="order",
            name="would",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("observed", True)),
                fields=["shop", "id"],
                name="kvitt_order_observed",
            ),
        ),
        migrations.AlterField(
            model_name="klarnaaccount",
            name="region",
            field=models.CharField(
                choices=[
                    ("eu", "Europe"),
                    ("na", "North America"),
                    ("oc", "Oceania"),
                    ("kustom", "Kustom"),
                    ("custom", "Custom"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="shop",
            name="state",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("paused", "Paused"),
                    ("stopped", "Stopped"),
                ],
                default="active",
                max_length=20,
            ),
        ),
    ]
