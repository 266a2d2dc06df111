from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """Relations that follow from geometry, kept by triggers."""

    dependencies = [("cabanes", "0002_history"), ("parcs", "0003_derived")]
    operations = [
        migrations.RunSQL(
            (SQL / "0003_derived.sql").read_text(encoding="utf-8"),
            (SQL / "0003_derived_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
