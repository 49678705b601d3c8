from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

ROLES = ("viewer", "operator", "manager", "owner")


def from_groups(apps: Any, schema_editor: Any) -> None:
    """A role was a group before: each becomes the same role in every shop."""
    group = apps.get_model("auth", "Group")
    membership = apps.get_model("kvitt_accounts", "Membership")
    for role in ROLES:
        for user in group.objects.filter(name=role).values_list("user", flat=True):
            if user is not None:
                membership.objects.update_or_create(
                    user_id=user, shop=None, defaults={"role": role}
                )
    group.objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("kvitt_accounts", "0001_initial"),
        ("kvitt", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[(role, role) for role in ROLES],
                        max_length=10,
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="kvitt.shop",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "kvitt_membership",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("shop__isnull", False)),
                        fields=("user", "shop"),
                        name="kvitt_membership_once_per_shop",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("shop__isnull", True)),
                        fields=("user",),
                        name="kvitt_membership_once_everywhere",
                    ),
                ],
            },
        ),
        migrations.RunPython(from_groups, migrations.RunPython.noop),
    ]
