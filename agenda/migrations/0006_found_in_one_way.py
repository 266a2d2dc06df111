from pathlib import Path

from django.db import migrations

from geodata.changes.operations import Touch

FORMER = Path(__file__).parent.parent / "sql" / "0005_planned_by_size.sql"
FOUND = """
SELECT e.id FROM agenda_evenement e JOIN moved ON moved.uuid = e.park_id
UNION ALL
SELECT e.id FROM agenda_evenement e JOIN moved ON moved.uuid = e.cabin_id
UNION ALL
SELECT e.id FROM agenda_evenement e JOIN moved ON moved.uuid = e.trail_id
"""


class Migration(migrations.Migration):
    """Events at what moved, found as all that derives is (decision 0234)."""

    dependencies = [("agenda", "0005_planned_by_size")]
    operations = [
        Touch(
            "agenda_touch",
            table="agenda_evenement",
            found=FOUND,
            reverse=FORMER.read_text(encoding="utf-8"),
        )
    ]
