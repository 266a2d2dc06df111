from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The last change until an instant is found at once also where many share an instant: a load is one."""

    atomic = False
    dependencies = [("geodata", "0019_webhook_words")]

    operations = [
        AddIndexConcurrently(
            model_name="revision", index=models.Index(fields=["at", "id"], name="geodata_revision_instant")
        ),
        RemoveIndexConcurrently(model_name="revision", name="geodata_revision_at"),
    ]
