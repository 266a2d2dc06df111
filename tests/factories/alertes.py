"""The smallest valid closure."""

from datetime import timedelta

from django.utils import timezone

from alertes.models import Fermeture
from geodata.features import Status
from tests.factories.parcs import autorite, number


def fermeture(**values):
    n = next(number)
    if "authority" not in values:
        values["authority"] = autorite()
    now = timezone.now()
    given = {
        "slug": f"fermeture-{n}",
        "title_fr": f"Fermeture {n}",
        "status": Status.PUBLISHED,
        "cause": "travaux",
        "starts_at": now - timedelta(days=1),
        "ends_at": now + timedelta(days=10),
    }
    made = Fermeture.objects.create(**given | values)
    made.refresh_from_db()
    return made
