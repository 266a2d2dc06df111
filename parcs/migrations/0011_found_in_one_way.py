from pathlib import Path

from django.db import migrations

from geodata.changes.operations import Touch

FORMER = Path(__file__).parent.parent / "sql" / "0010_planned_by_size.sql"
FOUND = """
SELECT near.id FROM moved CROSS JOIN LATERAL (
  SELECT p.id FROM parcs_parc p WHERE ST_Intersects(moved.geom_l93, p.geom_l93) OFFSET 0) near
"""


class Migration(migrations.Migration):
    """Parks in communes that moved, found as all that derives is (decision 0234)."""

    dependencies = [("parcs", "0010_planned_by_size")]
    operations = [
        Touch(
            "parcs_touch_parks",
            table="parcs_parc",
            found=FOUND,
            in_every_state="parcs_commune",
            reverse=FORMER.read_text(encoding="utf-8"),
        )
    ]
