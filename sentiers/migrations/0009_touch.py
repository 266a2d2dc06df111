from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent.parent / "sql"


def _sql(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """A trail is made anew for what moved near it, found by its index."""

    dependencies = [("sentiers", "0008_rounded_shapes")]
    operations = [migrations.RunSQL(_sql("0009_touch.sql"), _sql("0009_touch_reverse.sql"))]
