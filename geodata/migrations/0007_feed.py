from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "changes" / "sql" / "0007_feed.sql"
REVERSE = """
DROP TRIGGER z_announce ON geodata_revision;
DROP TRIGGER a_succeed ON geodata_revision;
DROP TRIGGER a_succeed ON geodata_tombstone;
DROP FUNCTION geodata_announce();
DROP FUNCTION geodata_succeed();
"""


class Migration(migrations.Migration):
    """The public change feed: successors in the history, what wakes readers, indexes by number and by instant."""

    dependencies = [("geodata", "0006_words")]
    operations = [
        migrations.AddField("revision", "successor", models.UUIDField(null=True)),
        migrations.AddIndex(
            "revision",
            models.Index(fields=["id"], name="geodata_revision_public", condition=models.Q(public_op__isnull=False)),
        ),
        migrations.AddIndex("revision", models.Index(fields=["at"], name="geodata_revision_at")),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), REVERSE),
    ]
