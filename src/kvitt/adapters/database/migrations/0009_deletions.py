from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kvitt", "0008_sightings_and_restore"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("received_before", models.DateTimeField()),
                ("deliveries", models.BigIntegerField()),
                ("bodies", models.BigIntegerField()),
            ],
            options={
                "db_table": "kvitt_deletion",
            },
        ),
    ]
