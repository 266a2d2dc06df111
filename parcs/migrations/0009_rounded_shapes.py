from django.db import migrations

from geodata.changes.operations import RoundShapes


class Migration(migrations.Migration):
    """Shapes as they are published."""

    dependencies = [("geodata", "0025_rounding"), ("parcs", "0008_name_computed_columns")]
    operations = [
        RoundShapes("parcs_parc"),
        RoundShapes("parcs_commune"),
        RoundShapes("parcs_autorite"),
        RoundShapes("parcs_pointacces"),
        RoundShapes("parcs_equipement"),
    ]
