from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0003_heights.sql"


class Migration(migrations.Migration):
    """Functions that reading relies on."""

    dependencies = [("geodata", "0002_history")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP FUNCTION geodata_with_heights(geometry, float8[]); DROP FUNCTION geodata_folded(text);",
        )
    ]
