from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0004_round_stored_shapes.sql"


class Migration(migrations.Migration):
    """Shapes that were stored before are as they are published, too."""

    dependencies = [
        ("carte", "0003_feed_checks"),
        ("agenda", "0004_rounded_shapes"),
        ("alertes", "0004_rounded_shapes"),
        ("cabanes", "0008_rounded_shapes"),
        ("parcs", "0009_rounded_shapes"),
        ("sentiers", "0008_rounded_shapes"),
    ]
    # What the decimals were stays in the history.
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
