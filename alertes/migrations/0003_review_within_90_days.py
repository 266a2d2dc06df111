from django.db import migrations


class Migration(migrations.Migration):
    """A closure without an end is looked at again within 90 days of its start."""

    dependencies = [("alertes", "0002_history")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE alertes_fermeture ADD CONSTRAINT alertes_fermeture_review_soon
              CHECK (ends_at IS NOT NULL OR review_by <= (timezone('UTC', starts_at))::date + 90)
            """,
            "ALTER TABLE alertes_fermeture DROP CONSTRAINT alertes_fermeture_review_soon",
        )
    ]
