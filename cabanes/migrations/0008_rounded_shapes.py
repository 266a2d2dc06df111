from django.db import migrations

from geodata.changes.operations import RoundShapes


class Migration(migrations.Migration):
    """Shapes as they are published."""

    dependencies = [("geodata", "0025_rounding"), ("cabanes", "0007_hidden_parks")]
    operations = [
        RoundShapes("cabanes_cabane"),
    ]
