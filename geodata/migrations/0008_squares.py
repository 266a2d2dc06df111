from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0008_squares.sql"


class Migration(migrations.Migration):
    """Where a shape is counted at low zooms."""

    dependencies = [("geodata", "0007_feed")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP FUNCTION geodata_spot(geometry); DROP FUNCTION geodata_square(float8);",
        )
    ]
