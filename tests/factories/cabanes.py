"""The smallest valid cabin."""

from django.contrib.gis.geos import Point

from cabanes.models import Cabane
from geodata.features import Status
from tests.factories.parcs import autorite, number


def cabane(**values):
    n = next(number)
    if "authority" not in values:
        values["authority"] = autorite()
    given = {
        "slug": f"cabane-{n}",
        "name_fr": f"Cabane {n}",
        "status": Status.PUBLISHED,
        "no_photo_reason": "aucune photo libre",
        "geom": Point(2.805, 50.405, srid=4326),
    }
    made = Cabane.objects.create(**given | values)
    made.refresh_from_db()
    return made
