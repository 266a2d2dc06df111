from pathlib import Path

from django.db import migrations

from geodata.changes.operations import Touch

FORMER = Path(__file__).parent.parent / "sql" / "0009_touch.sql"
FOUND = """
SELECT near.id FROM moved CROSS JOIN LATERAL (
  SELECT k.id FROM cabanes_cabane k WHERE ST_Intersects(moved.geom, k.geom) OFFSET 0) near
UNION
SELECT k.id FROM cabanes_cabane k JOIN moved ON moved.uuid = k.park_id
"""


class Migration(migrations.Migration):
    """Cabins in and of what moved, found as all that derives is (decision 0234)."""

    dependencies = [("cabanes", "0009_touch")]
    operations = [
        Touch(
            "cabanes_touch",
            table="cabanes_cabane",
            found=FOUND,
            columns=("geom", "status", "deleted_at", "geom_quality"),
            in_every_state="parcs_commune",
            reverse=FORMER.read_text(encoding="utf-8"),
        )
    ]
