from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0007_hidden_parks.sql"


class Migration(migrations.Migration):
    """The distance to a park that is not public is not told."""

    dependencies = [("cabanes", "0006_name_computed_columns")]
    # What was before told it.
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
