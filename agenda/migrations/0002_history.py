from django.db import migrations

from geodata.changes.operations import GeometryRules, TrackChanges


class Migration(migrations.Migration):
    """Geometry rules and row history."""

    dependencies = [("geodata", "0002_history"), ("agenda", "0001_initial")]
    operations = [
        GeometryRules("agenda_evenement", max_vertices=1),
        TrackChanges("evenements", table="agenda_evenement"),
        GeometryRules("agenda_projetlabel", max_vertices=1),
        TrackChanges("projets-label", table="agenda_projetlabel"),
    ]
