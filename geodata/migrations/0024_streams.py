from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import MD5


class Migration(migrations.Migration):
    """What was changed by hand, and by each import, is found beside all the rest."""

    atomic = False
    dependencies = [("geodata", "0023_long_words")]

    operations = [
        AddIndexConcurrently(
            model_name="revision",
            index=models.Index(
                fields=["collection", "id"],
                name="geodata_revision_hand",
                condition=Q(public_op__isnull=False) & ~Q(source="import"),
            ),
        ),
        AddIndexConcurrently(
            model_name="revision",
            index=models.Index(
                "collection",
                MD5("reason"),
                "id",
                name="geodata_revision_import",
                condition=Q(public_op__isnull=False, source="import"),
            ),
        ),
    ]
