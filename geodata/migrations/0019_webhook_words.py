import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Words of the fields of a subscription; the tables stay as they are."""

    dependencies = [
        ("geodata", "0018_harvest_digests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="subscription",
            options={
                "ordering": ["created_at", "uuid"],
                "verbose_name": "envoi automatique",
                "verbose_name_plural": "envois automatiques",
            },
        ),
        migrations.AlterField(
            model_name="subscription",
            name="authority",
            field=models.TextField(blank=True, default="", verbose_name="autorité"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="box",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.FloatField(), null=True, size=4, verbose_name="cadre"
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="collections",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, size=None, verbose_name="collections"
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="created_at",
            field=models.DateTimeField(auto_now_add=True, verbose_name="créé"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="events",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, size=None, verbose_name="événements"
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="failures",
            field=models.IntegerField(default=0, verbose_name="échecs de suite"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="name",
            field=models.CharField(max_length=100, verbose_name="nom"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="next_at",
            field=models.DateTimeField(null=True, verbose_name="prochain essai"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="titulaire",
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="rotated_at",
            field=models.DateTimeField(null=True, verbose_name="secret changé le"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="since_at",
            field=models.DateTimeField(null=True, verbose_name="reçu jusqu’à l’instant"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="since_revision",
            field=models.BigIntegerField(verbose_name="reçu jusqu’à la révision"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="state",
            field=models.CharField(
                choices=[("active", "en service"), ("paused", "en pause"), ("stopped", "arrêté après des échecs")],
                default="active",
                max_length=7,
                verbose_name="état",
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="url",
            field=models.CharField(max_length=1000, verbose_name="adresse qui reçoit"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="with_features",
            field=models.BooleanField(default=True, verbose_name="avec la fiche entière"),
        ),
    ]
