from django.db import migrations

from geodata.changes.operations import GeometryRules, TrackChanges


class Migration(migrations.Migration):
    """Geometry rules and row history."""

    dependencies = [("geodata", "0002_history"), ("cabanes", "0001_initial")]
    operations = [
        GeometryRules("cabanes_cabane", max_vertices=1),
        TrackChanges("cabanes", table="cabanes_cabane"),
    ]
