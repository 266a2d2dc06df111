from pathlib import Path

from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql" / "0007_last_end.sql"
# What changed before is read in the past with the same column.
HISTORY = """
UPDATE geodata_revision SET before = before || jsonb_build_object('last_ends_at', agenda_last_end(
  before->>'rrule', (before->>'starts_at')::timestamptz, (before->>'ends_at')::timestamptz, (before->>'all_day')::boolean))
WHERE collection = 'evenements' AND before IS NOT NULL
"""
FORGET = "UPDATE geodata_revision SET before = before - 'last_ends_at' WHERE collection = 'evenements' AND before IS NOT NULL"


class Migration(migrations.Migration):
    """When the last time of an event ends (decision 0238); a generated column, so that no event is changed."""

    dependencies = [("agenda", "0006_found_in_one_way"), ("geodata", "0025_rounding")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8").replace("%(zone)s", settings.TIME_ZONE),
            "DROP FUNCTION agenda_last_end(text, timestamptz, timestamptz, boolean)",
        ),
        migrations.AddField(
            model_name="evenement",
            name="last_ends_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("rrule"),
                    models.F("starts_at"),
                    models.F("ends_at"),
                    models.F("all_day"),
                    function="agenda_last_end",
                ),
                help_text="Celle de la seule fois, ou de la dernière ; vide quand la répétition n’a pas de fin.",
                output_field=models.DateTimeField(null=True),
                verbose_name="fin de la dernière fois",
            ),
        ),
        migrations.RunSQL(HISTORY, FORGET),
    ]
