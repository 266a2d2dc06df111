from django.db import migrations

from geodata.changes.operations import GeometryRules, TrackChanges
from geodata.units import MAX_LINE_VERTICES


class Migration(migrations.Migration):
    """Geometry rules and row history."""

    dependencies = [("geodata", "0002_history"), ("sentiers", "0001_initial")]
    operations = [
        GeometryRules("sentiers_sentier", max_vertices=MAX_LINE_VERTICES),
        TrackChanges("sentiers", table="sentiers_sentier"),
    ]
