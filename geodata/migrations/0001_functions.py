from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0001_functions.sql"


class Migration(migrations.Migration):
    """Extensions, and the functions that column defaults rely on."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION uuid_v7()")]
