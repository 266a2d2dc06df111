"""The smallest valid park, authority, commune, member."""

from itertools import count

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from comptes.models import User
from geodata.features import Status
from parcs.models import Adhesion, Autorite, Commune, Equipement, Parc, PointAcces

number = count(1)


def box(west=2.80, south=50.40, east=2.81, north=50.41):
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


def autorite(**values):
    n = next(number)
    given = {
        "code": f"A{n}",
        "slug": f"autorite-{n}",
        "name_fr": f"Autorité {n}",
        "kind": "epci",
        "status": Status.PUBLISHED,
    }
    return Autorite.objects.create(**given | values)


def commune(**values):
    n = next(number)
    given = {
        "insee_code": f"{62000 + n}",
        "slug": f"commune-{n}",
        "name_fr": f"Commune {n}",
        "status": Status.PUBLISHED,
        "geom": box(),
    }
    return Commune.objects.create(**given | values)


def parc(**values):
    n = next(number)
    if "authority" not in values:
        values["authority"] = autorite()
    given = {"slug": f"parc-{n}", "name_fr": f"Parc {n}", "kind": "terril", "status": Status.PUBLISHED, "geom": box()}
    made = Parc.objects.create(**given | values)
    made.refresh_from_db()
    return made


def user(**values):
    n = next(number)
    return User.objects.create_user(**{"username": f"personne{n}", "password": "mot-de-passe"} | values)


def member(role="publisher", authority=None, parks=(), **values):
    person = user(**values)
    adhesion = Adhesion.objects.create(user=person, authority=authority or autorite(), role=role)
    adhesion.parks.set(parks)
    return person


def point_acces(**values):
    return _point(PointAcces, "entrance", values)


def equipement(**values):
    return _point(Equipement, "toilets", values)


def _point(model, kind, values):
    n = next(number)
    if "authority" not in values:
        values["authority"] = autorite()
    given = {
        "slug": f"point-{n}",
        "name_fr": f"Point {n}",
        "kind": kind,
        "status": Status.PUBLISHED,
        "geom": Point(2.805, 50.405, srid=4326),
    }
    made = model.objects.create(**given | values)
    made.refresh_from_db()
    return made
