import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WORDS_BY_LANGUAGE = """
ALTER TABLE geodata_harvestrun ALTER COLUMN failure TYPE jsonb
  USING CASE WHEN failure = '' THEN '{}'::jsonb ELSE jsonb_build_object('fr', failure) END;
UPDATE geodata_harvestrun SET report = (
  SELECT jsonb_agg(line || jsonb_build_object('reason', jsonb_build_object('fr', line -> 'reason')) ORDER BY place)
  FROM jsonb_array_elements(report) WITH ORDINALITY AS told(line, place)
) WHERE report <> '[]';
"""
WORDS_IN_FRENCH = """
UPDATE geodata_harvestrun SET report = (
  SELECT jsonb_agg(line || jsonb_build_object('reason', line #> '{reason,fr}') ORDER BY place)
  FROM jsonb_array_elements(report) WITH ORDINALITY AS told(line, place)
) WHERE report <> '[]';
ALTER TABLE geodata_harvestrun ALTER COLUMN failure TYPE text USING coalesce(failure ->> 'fr', '');
"""
ORIGINS = "UPDATE geodata_harvestrecord SET origin = split_part(source_id, '#', 1)"


class Migration(migrations.Migration):
    """Harvests skip what did not change, say how far they are, and speak the reader's language (decisions 0185, 0186)."""

    dependencies = [
        ("geodata", "0017_webhooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "harvestrecord", "origin", models.CharField(max_length=200, default=""), preserve_default=False
        ),
        migrations.RunSQL(ORIGINS, migrations.RunSQL.noop),
        migrations.AddField("harvestrecord", "digest", models.CharField(blank=True, db_default="", max_length=64)),
        migrations.AddField("harvestrecord", "offered", models.JSONField(default=dict)),
        migrations.AddField("harvestrecord", "let_be_at", models.DateTimeField(null=True)),
        migrations.RemoveField("harvestrecord", "last_run"),
        migrations.AddField(
            "harvestrun",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "en attente"),
                    ("reading", "lecture de la source"),
                    ("applying", "enregistrement"),
                    ("ended", "terminée"),
                ],
                db_default="ended",
                default="ended",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "harvestrun",
            "asked_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField("harvestrun", "trusting", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("harvestrun", "unbelieved", models.IntegerField(db_default=0, default=0)),
        migrations.AddField("harvestrun", "rows_read", models.IntegerField(null=True)),
        migrations.AddField("harvestrun", "rows_done", models.IntegerField(db_default=0, default=0)),
        migrations.AddField("harvestrun", "doubts", models.JSONField(default=list)),
        migrations.RunSQL(
            WORDS_BY_LANGUAGE,
            WORDS_IN_FRENCH,
            state_operations=[migrations.AlterField("harvestrun", "failure", models.JSONField(default=dict))],
        ),
        migrations.AddIndex(
            "harvestrecord", models.Index(fields=["source", "origin"], name="geodata_harvestrecord_origin")
        ),
        migrations.AddIndex(
            "harvestrecord",
            models.Index(
                condition=models.Q(("vanished_at__isnull", False)),
                fields=["source", "id"],
                name="geodata_harvestrecord_gone",
            ),
        ),
    ]
