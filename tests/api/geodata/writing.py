"""What the tests of writes share: the smallest body of every collection, and how to send it."""

import json

from knox.models import AuthToken

from tests.factories.agenda import evenement, projet
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, commune, equipement, parc, point_acces
from tests.factories.sentiers import sentier

POINT = {"type": "Point", "coordinates": [2.8, 50.4]}
LINE = {"type": "LineString", "coordinates": [[2.8, 50.4], [2.81, 50.41]]}
AREA = {"type": "Polygon", "coordinates": [[[2.8, 50.4], [2.81, 50.4], [2.81, 50.41], [2.8, 50.4]]]}
PERIOD = {"starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-02T18:00:00Z"}
MERGE = "application/merge-patch+json"

# collection: geometry, properties that it cannot do without when published
SMALLEST = {
    "parcs": (AREA, {"name_fr": "Parc neuf", "kind": "terril"}),
    "cabanes": (POINT, {"name_fr": "Cabane neuve", "no_photo_reason": "en attente"}),
    "sentiers": (LINE, {"name_fr": "Sentier neuf", "instructions_fr": "Tout droit."}),
    "fermetures": (POINT, {"title_fr": "Fermeture neuve", "cause": "travaux", **PERIOD}),
    "evenements": (POINT, {"title_fr": "Fête", "kind": "nature", **PERIOD}),
    "projets-label": (POINT, {"name_fr": "Projet neuf"}),
    "points-acces": (POINT, {"name_fr": "Entrée neuve", "kind": "entrance"}),
    "equipements": (POINT, {"name_fr": "Banc neuf", "kind": "bench"}),
}
# Reference records that only the site's administration adds.
REFERENCE = {
    "communes": (AREA, {"name_fr": "Commune neuve", "insee_code": "62999"}),
    "autorites": (AREA, {"name_fr": "Autorité neuve", "code": "NEUVE", "kind": "epci"}),
}
FACTORIES = {
    "parcs": parc, "cabanes": cabane, "sentiers": sentier, "fermetures": fermeture, "evenements": evenement,
    "projets-label": projet, "communes": commune, "autorites": autorite,
    "points-acces": point_acces, "equipements": equipement,
}  # fmt: skip


def items(collection):
    return f"/api/collections/{collection}/items"


def body(collection, authority=None, **properties):
    geometry, given = (SMALLEST | REFERENCE)[collection]
    if authority is not None:
        given = given | {"authority": authority.code}
    return {"type": "Feature", "geometry": geometry, "properties": given | properties}


def bearer(person):
    """The header of a person, with one token for all requests: each request looks through all that the person has."""
    if person is None:
        return {}
    if not hasattr(person, "key_of_tests"):
        person.key_of_tests = AuthToken.objects.create(user=person)[1]
    return {"Authorization": f"Bearer {person.key_of_tests}"}


def send(client, method, url, content=None, person=None, kind="application/geo+json", **headers):
    data = content if isinstance(content, (str, bytes)) else json.dumps(content) if content is not None else ""
    return getattr(client, method)(url, data=data, content_type=kind, headers=headers | bearer(person))


def fields_of(response):
    return [entry["field"] for entry in json.loads(response.content)["errors"]]
