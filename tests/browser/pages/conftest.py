"""One of each kind of page, on a live server, in Debian's Chromium."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from tests.factories.agenda import evenement, projet
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, commune, parc
from tests.factories.sentiers import sentier


@pytest.fixture
def network(transactional_db):
    """Addresses of one page of each kind."""
    body = autorite(code="CALL", name_fr="CA de Lens-Liévin", phone="03 21 00 00 00")
    town = commune(slug="lens", name_fr="Lens", geom=box(2.7, 50.3, 2.9, 50.5), population=32697, epci=body)
    place = parc(
        slug="parc", name_fr="Parc du canal", authority=body, opening_hours="Mo-Su 08:00-20:00", toilets=True, wheelchair="limited",
        description_fr="Un **parc**.", stated_area_ha=20, source="La Région", source_url="https://www.hautsdefrance.fr/x",
    )  # fmt: skip
    cabin = cabane(
        slug="cabane", name_fr="Écrevisse", authority=body, park=place, authors=[{"name": "Atelier"}], state="open"
    )
    cabane(slug="voisine", name_fr="Voisine", authority=body, geom=Point(2.81, 50.41, srid=4326))
    sentier(slug="sentier", name_fr="Boucle", authority=body, elevations_m=[30.0, 50.0, 35.0], difficulty="facile")
    sentier(
        slug="dessin",
        name_fr="Dessin",
        authority=body,
        geom_quality="schematic",
        instructions_fr="",
        stated_parks=[place.uuid],
    )
    fermeture(
        slug="fermeture",
        title_fr="Passerelle",
        authority=body,
        detour_fr="Par le canal.",
        geom=box(2.803, 50.40, 2.807, 50.41),
    )
    now = timezone.now()
    evenement(slug="fete", title_fr="Fête", park=place, commune=town)
    evenement(
        slug="trail-2020",
        title_fr="Trail 2020",
        yearly=True,
        starts_at=now - timedelta(days=900),
        ends_at=now - timedelta(days=900),
    )
    projet(slug="projet", name_fr="Forêt urbaine", commune=town, geom=Point(2.805, 50.405, srid=4326))
    item = f"/api/collections/cabanes/items/{cabin.uuid}"
    return [
        "/parcs/parc/", "/cabanes/cabane/", "/sentiers/sentier/", "/sentiers/dessin/", "/fermetures/fermeture/", "/evenements/fete/",
        "/projets-label/projet/", "/communes/lens/", "/autorites/CALL/", "/parcs/", "/sentiers/", "/agenda/", "/chiffres-cles/",
        "/partenaires/", "/accessibilite/", "/mentions-legales/", "/vie-privee/", "/plan-du-site/", "/historique/", "/nl/parcs/parc/", "/nulle-part/",
        "/api/changes", "/api/snapshot", item, f"{item}/versions", "/parcs/?kind=chateau", f"/cabanes/cabane/?as-of={timezone.now():%Y-%m-%dT%H:%M:%S.%fZ}",
    ]  # fmt: skip
