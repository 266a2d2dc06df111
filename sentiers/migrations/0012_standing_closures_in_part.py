from django.db import migrations

FOUND = """
UPDATE sentiers_fermeturesentier l
SET is_whole = ST_CoveredBy(s.geom_l93, ST_Buffer(ST_Transform(f.geom, 2154), 25))
FROM alertes_fermeture f, sentiers_sentier s
WHERE f.id = l.fermeture_id AND s.id = l.sentier_id AND NOT l.chosen AND f.geom IS NOT NULL
"""


class Migration(migrations.Migration):
    """Closures that were there before."""

    dependencies = [("sentiers", "0011_closed_in_part")]
    operations = [migrations.RunSQL(FOUND, migrations.RunSQL.noop)]
