from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql"


class Migration(migrations.Migration):
    """Instants follow the order of changes, whatever the clock does."""

    dependencies = [("geodata", "0021_qualified")]
    operations = [
        migrations.RunSQL(
            (SQL / "0022_clock.sql").read_text(encoding="utf-8"),
            (SQL / "0022_clock_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
