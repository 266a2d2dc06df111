from django.db import migrations

from geodata.changes.operations import GeometryRules, TrackChanges


class Migration(migrations.Migration):
    """Geometry rules and row history of access points and amenities."""

    dependencies = [("parcs", "0006_access_points_and_amenities"), ("geodata", "0003_heights")]
    operations = [
        GeometryRules("parcs_pointacces", max_vertices=1),
        TrackChanges("points-acces", table="parcs_pointacces"),
        GeometryRules("parcs_equipement", max_vertices=1),
        TrackChanges("equipements", table="parcs_equipement"),
    ]
