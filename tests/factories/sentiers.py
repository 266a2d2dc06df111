"""The smallest valid trail, surveyed."""

from django.contrib.gis.geos import LineString

from geodata.features import GeomQuality, Status
from sentiers.models import Sentier
from tests.factories.parcs import autorite, number


def line(*points):
    return LineString(*(points or ((2.79, 50.405), (2.80, 50.405), (2.82, 50.405))), srid=4326)


def sentier(**values):
    n = next(number)
    if "authority" not in values:
        values["authority"] = autorite()
    given = {
        "slug": f"sentier-{n}",
        "name_fr": f"Sentier {n}",
        "status": Status.PUBLISHED,
        "geom_quality": GeomQuality.SURVEYED,
        "instructions_fr": "Suivre le balisage.",
        "geom": line(),
    }
    made = Sentier.objects.create(**given | values)
    made.refresh_from_db()
    return made
