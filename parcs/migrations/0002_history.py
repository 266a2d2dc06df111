from django.db import migrations

from geodata.changes.operations import GeometryRules, TrackChanges
from geodata.units import MAX_AREA_VERTICES, MAX_POLYGON_VERTICES


class Migration(migrations.Migration):
    """Geometry rules and row history."""

    dependencies = [("geodata", "0002_history"), ("parcs", "0001_initial")]
    operations = [
        GeometryRules("parcs_parc", max_vertices=MAX_POLYGON_VERTICES),
        TrackChanges("parcs", table="parcs_parc"),
        GeometryRules("parcs_commune", max_vertices=MAX_POLYGON_VERTICES),
        TrackChanges("communes", table="parcs_commune"),
        GeometryRules("parcs_autorite", max_vertices=MAX_AREA_VERTICES),
        TrackChanges("autorites", table="parcs_autorite"),
    ]
