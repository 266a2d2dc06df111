import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import geodata.features


class Migration(migrations.Migration):
    """What was harvested, and what was last written of each feature (decision 0163)."""

    dependencies = [
        ("geodata", "0010_job_failures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HarvestRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=80)),
                ("source_id", models.CharField(max_length=200)),
                ("collection", models.CharField(max_length=40)),
                ("object_uuid", models.UUIDField()),
                ("values", models.JSONField()),
                ("last_run", models.UUIDField()),
                ("vanished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "source_id"), name="geodata_harvestrecord_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HarvestRun",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        db_default=geodata.features.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.CharField(max_length=80)),
                ("collection", models.CharField(max_length=40)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("report", models.JSONField(default=list)),
                ("failure", models.TextField(blank=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "moisson",
                "indexes": [models.Index(fields=["source", "-started_at"], name="geodata_harvestrun_source")],
            },
        ),
    ]
