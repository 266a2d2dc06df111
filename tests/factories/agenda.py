"""The smallest valid event and label project."""

from datetime import timedelta

from django.utils import timezone

from agenda.models import Evenement, ProjetLabel
from geodata.features import Status
from tests.factories.parcs import number


def evenement(**values):
    n = next(number)
    now = timezone.now()
    given = {
        "slug": f"evenement-{n}",
        "title_fr": f"Événement {n}",
        "status": Status.PUBLISHED,
        "kind": "nature",
        "starts_at": now + timedelta(days=2),
        "ends_at": now + timedelta(days=2, hours=2),
    }
    made = Evenement.objects.create(**given | values)
    made.refresh_from_db()
    return made


def projet(**values):
    n = next(number)
    made = ProjetLabel.objects.create(
        **{"slug": f"projet-{n}", "name_fr": f"Projet {n}", "status": Status.PUBLISHED} | values
    )
    made.refresh_from_db()
    return made
