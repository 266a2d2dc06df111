from pathlib import Path

from django.db import migrations, models

FOLDER = Path(__file__).parent.parent / "sql"


def _sql(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """A closure knows whether it closes a whole trail or a part of it (decision 0263)."""

    dependencies = [("sentiers", "0010_found_in_one_way")]
    operations = [
        migrations.AddField("fermeturesentier", "is_whole", models.BooleanField(default=True, db_default=True)),
        migrations.RunSQL(_sql("0011_closed_in_part.sql"), _sql("0011_closed_in_part_reverse.sql")),
    ]
