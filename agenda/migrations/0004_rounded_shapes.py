from django.db import migrations

from geodata.changes.operations import RoundShapes


class Migration(migrations.Migration):
    """Shapes as they are published."""

    dependencies = [("geodata", "0025_rounding"), ("agenda", "0003_derived")]
    operations = [
        RoundShapes("agenda_evenement", after=True),
        RoundShapes("agenda_projetlabel"),
    ]
