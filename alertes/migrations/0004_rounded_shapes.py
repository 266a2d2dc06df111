from django.db import migrations

from geodata.changes.operations import RoundShapes


class Migration(migrations.Migration):
    """Shapes as they are published."""

    dependencies = [("geodata", "0025_rounding"), ("alertes", "0003_review_within_90_days")]
    operations = [
        RoundShapes("alertes_fermeture"),
    ]
