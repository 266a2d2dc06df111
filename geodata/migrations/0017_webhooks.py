import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import geodata.features
import geodata.webhooks.models


class Migration(migrations.Migration):
    """Subscriptions to changes and the log of what was sent (decisions 0143, 0144)."""

    dependencies = [
        ("geodata", "0016_erasure"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        db_default=geodata.features.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("url", models.CharField(max_length=1000)),
                (
                    "collections",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("box", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), null=True, size=4)),
                ("authority", models.TextField(blank=True, default="")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("with_features", models.BooleanField(default=True)),
                ("salt", models.CharField(default=geodata.webhooks.models.new_salt, max_length=64)),
                ("former_salt", models.CharField(blank=True, default="", max_length=64)),
                ("rotated_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "en service"),
                            ("paused", "en pause"),
                            ("stopped", "arrêté après des échecs"),
                        ],
                        default="active",
                        max_length=7,
                    ),
                ),
                ("since_revision", models.BigIntegerField()),
                ("since_at", models.DateTimeField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "uuid"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        db_default=geodata.features.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("changes", "changements"), ("test", "essai"), ("resync", "reprise")], max_length=7
                    ),
                ),
                ("since_revision", models.BigIntegerField(default=0)),
                ("since_at", models.DateTimeField(null=True)),
                ("last_revision", models.BigIntegerField(default=0)),
                ("last_at", models.DateTimeField(null=True)),
                ("entries", models.IntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "en attente"), ("delivered", "reçu"), ("dead", "abandonné")],
                        default="pending",
                        max_length=9,
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("status", models.IntegerField(null=True)),
                ("error", models.TextField(blank=True, default="")),
                ("excerpt", models.TextField(blank=True, default="")),
                ("duration_ms", models.IntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="geodata.subscription",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-uuid"],
            },
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["owner"], name="geodata_subscription_owner"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["subscription", "-created_at"], name="geodata_delivery_log"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["created_at"], name="geodata_delivery_age"),
        ),
    ]
