from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0015_past.sql"
REVERSE = """
DROP INDEX geodata_revision_number, geodata_revision_shape, geodata_revision_period;
ALTER TABLE geodata_revision DROP COLUMN since, DROP COLUMN object_id;
DROP TRIGGER a_moment ON geodata_revision;
DROP FUNCTION geodata_moment();
"""


class Migration(migrations.Migration):
    dependencies = [("geodata", "0012_exports")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), REVERSE)]
