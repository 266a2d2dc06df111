from django.db import migrations

# Who proposed is noted on the site alone, a write without If-Match by the API alone; a proposition of the API bore that note too.
APART = r"""
UPDATE geodata_revision SET note = substring(reason FROM '^proposition de \S+'),
  reason = regexp_replace(reason, '^proposition de \S+(?: : sans If-Match)?(?: : |$)', '')
WHERE source = 'web' AND reason ~ '^proposition de \S+( : |$)';
UPDATE geodata_revision SET note = 'sans If-Match', reason = regexp_replace(reason, '^sans If-Match(?: : |$)', '')
WHERE source = 'ogc' AND reason ~ '^sans If-Match( : |$)';
UPDATE geodata_tombstone t SET reason = r.reason FROM geodata_revision r WHERE r.id = t.revision AND r.note <> '';
UPDATE geodata_proposition SET reason = regexp_replace(reason, '^sans If-Match(?: : |$)', '') WHERE reason ~ '^sans If-Match( : |$)';
"""
TOGETHER = """
UPDATE geodata_revision SET note = '', reason = concat_ws(' : ', note, nullif(reason, '')) WHERE note <> '';
"""


class Migration(migrations.Migration):
    """The notes that stood before the reasons of what was changed so far."""

    dependencies = [("geodata", "0027_notes")]
    operations = [migrations.RunSQL(APART, TOGETHER)]
