from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0009_folding.sql"


class Migration(migrations.Migration):
    """Case and accents folded as CQL2 asks, each apart."""

    dependencies = [("geodata", "0008_squares")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP FUNCTION geodata_casei(text); DROP FUNCTION geodata_accenti(text);",
        )
    ]
