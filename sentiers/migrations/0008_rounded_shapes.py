from django.db import migrations

from geodata.changes.operations import RoundShapes


class Migration(migrations.Migration):
    """Shapes as they are published."""

    dependencies = [("geodata", "0025_rounding"), ("sentiers", "0007_name_computed_columns")]
    operations = [
        RoundShapes("sentiers_sentier"),
    ]
