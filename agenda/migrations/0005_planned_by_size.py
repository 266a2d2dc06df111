from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """What follows from places is planned for the number of rows that changed."""

    dependencies = [("agenda", "0004_rounded_shapes")]
    operations = [
        migrations.RunSQL(
            (SQL / "0005_planned_by_size.sql").read_text(encoding="utf-8"),
            (SQL / "0005_planned_by_size_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
