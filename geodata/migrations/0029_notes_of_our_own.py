from django.db import migrations

# In the three languages in which they were written.
OURS = r"""'^((retour à la version|back to version|terug naar versie) \d+|administration|beheer"""
OURS += r"""|(publication groupée|published together|samen gepubliceerd) \(\d+ (fiche|record)s?\)"""
OURS += r"""|publication groupée annulée|publication together undone|gezamenlijke publicatie ongedaan gemaakt)$'"""
APART = f"""
UPDATE geodata_revision SET note = concat_ws(' : ', nullif(note, ''), reason), reason = ''
WHERE source = 'web' AND reason ~ {OURS};
UPDATE geodata_tombstone t SET reason = r.reason FROM geodata_revision r
WHERE r.id = t.revision AND r.note <> '' AND t.reason <> r.reason;
UPDATE geodata_proposition SET reason = '' WHERE state = 'pending' AND reason ~ {OURS};
"""  # noqa: S608 (the pattern above)


class Migration(migrations.Migration):
    """What the service wrote by itself as the reason of a change, among its notes; going back joins all notes (0028)."""

    dependencies = [("geodata", "0028_notes_apart")]
    operations = [migrations.RunSQL(APART, migrations.RunSQL.noop)]
