from pathlib import Path

from django.db import migrations

from geodata.changes.operations import Touch

FORMER = Path(__file__).parent.parent / "sql" / "0009_touch.sql"
FOUND = """
SELECT near.id FROM moved CROSS JOIN LATERAL (
  SELECT t.id FROM sentiers_sentier t WHERE ST_DWithin(moved.geom_l93, t.geom_l93, sentiers_reach_m()) OFFSET 0) near
"""


class Migration(migrations.Migration):
    """Trails near what moved, found as all that derives is (decision 0234)."""

    dependencies = [("sentiers", "0009_touch")]
    operations = [
        Touch(
            "sentiers_touch",
            table="sentiers_sentier",
            found=FOUND,
            in_every_state="parcs_commune",
            reverse=FORMER.read_text(encoding="utf-8"),
        )
    ]
