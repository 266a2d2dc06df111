from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql"
STAMP = "CREATE OR REPLACE FUNCTION geodata_stamp()"


def before() -> str:
    """The function as 0022 made it."""
    _others, _name, stamp = (SQL / "0022_clock.sql").read_text(encoding="utf-8").partition(STAMP)
    return STAMP + stamp


class Migration(migrations.Migration):
    """A new row is created and changed at one instant. Rows that are there stay: what they say is in the history and in mirrors."""

    dependencies = [("geodata", "0025_rounding")]
    operations = [migrations.RunSQL((SQL / "0026_created.sql").read_text(encoding="utf-8"), before())]
