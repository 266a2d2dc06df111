from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent.parent / "sql"


def _sql(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """A cabin is made anew for a park or commune that moved, found by its indexes."""

    dependencies = [("cabanes", "0008_rounded_shapes")]
    operations = [migrations.RunSQL(_sql("0009_touch.sql"), _sql("0009_touch_reverse.sql"))]
