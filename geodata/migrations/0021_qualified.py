from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0021_qualified.sql"


class Migration(migrations.Migration):
    """A dump can be restored: what indexes and constraints call is found without a search_path."""

    dependencies = [("geodata", "0020_revision_instants")]
    # What was before did the same, for whoever has a search_path.
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
