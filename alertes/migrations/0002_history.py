from django.db import migrations

from geodata.changes.operations import GeometryRules, TrackChanges
from geodata.units import MAX_LINE_VERTICES


class Migration(migrations.Migration):
    """Geometry rules and row history."""

    dependencies = [("geodata", "0002_history"), ("alertes", "0001_initial")]
    operations = [
        GeometryRules("alertes_fermeture", max_vertices=MAX_LINE_VERTICES),
        TrackChanges("fermetures", table="alertes_fermeture"),
    ]
