from django.db import migrations

# Of all that was accepted: the words stood behind those of who proposed. Notes are those that 0028 and 0029 made, or were made since.
APART = r"""
UPDATE geodata_revision r SET reason = p.reason, note = concat_ws(' : ', r.note, p.decision_note)
FROM geodata_proposition p
WHERE p.state = 'accepted' AND p.decision_note <> '' AND p.collection = r.collection AND p.object_uuid = r.uuid
  AND p.base_revision < r.id AND r.source = 'web' AND r.note ~ '^proposition de \S+$'
  AND rtrim(r.reason, E' \t\r\n') = concat_ws(' : ', nullif(p.reason, ''), p.decision_note);
"""


class Migration(migrations.Migration):
    """What was answered to who proposed a change was published as its reason: it is a note."""

    dependencies = [("geodata", "0029_notes_of_our_own")]
    operations = [migrations.RunSQL(APART, migrations.RunSQL.noop)]
