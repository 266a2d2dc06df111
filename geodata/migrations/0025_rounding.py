from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0025_rounding.sql"
REVERSE = "DROP FUNCTION geodata_round(); DROP FUNCTION geodata_rounded(geometry);"


class Migration(migrations.Migration):
    """Shapes as they are published."""

    dependencies = [("geodata", "0024_streams")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), REVERSE)]
