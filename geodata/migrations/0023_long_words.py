from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0023_long_words.sql"


class Migration(migrations.Migration):
    """A word longer than PostgreSQL can keep is cut, where it was kept wrong (15) or refused (17).

    What was kept wrong is let go.
    """

    dependencies = [("geodata", "0022_clock")]
    # What was before did the same for shorter words.
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
