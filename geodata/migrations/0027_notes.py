from django.db import migrations, models


class Migration(migrations.Migration):
    """What the service notes of a change stands apart from the reason that a person gives (decision 0247)."""

    dependencies = [("geodata", "0026_created")]
    operations = [
        migrations.AddField(
            model_name="revision",
            name="note",
            field=models.TextField(
                blank=True, db_default=models.Func(models.Value("note"), function="geodata_setting")
            ),
        )
    ]
