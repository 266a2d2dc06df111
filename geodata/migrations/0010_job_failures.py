from django.db import migrations, models


class Migration(migrations.Migration):
    """Why jobs failed (decision 0140)."""

    dependencies = [("geodata", "0009_folding")]
    operations = [
        migrations.CreateModel(
            name="JobFailure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("job", models.BigIntegerField()),
                ("task", models.TextField()),
                ("attempt", models.SmallIntegerField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("error", models.TextField()),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["job", "id"], name="geodata_jobfailure_job"),
                    models.Index(fields=["at"], name="geodata_jobfailure_at"),
                ],
            },
        )
    ]
