from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0006_words.sql"


class Migration(migrations.Migration):
    """Words of a text, to search by an index."""

    dependencies = [("geodata", "0005_line_geojson")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP FUNCTION geodata_words(text); DROP FUNCTION geodata_wanted(text);",
        )
    ]
