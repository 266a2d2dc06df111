from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0005_line_geojson.sql"


class Migration(migrations.Migration):
    """Heights of a line into its GeoJSON text."""

    dependencies = [("geodata", "0004_ground")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP FUNCTION geodata_line_geojson(text, float8[], integer);",
        )
    ]
