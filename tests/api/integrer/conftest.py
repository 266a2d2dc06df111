"""A park with a cabin, another cabin elsewhere, and a draft."""

import pytest
from django.contrib.gis.geos import Point

from tests.factories.cabanes import cabane
from tests.factories.parcs import box, parc


@pytest.fixture
def place():
    made = parc(slug="parc-des-iles", name_fr="Parc des îles", geom=box(2.80, 50.40, 2.83, 50.42))
    cabane(slug="heron", name_fr="Héron", park=made, authority=made.authority, geom=Point(2.81, 50.41, srid=4326))
    cabane(slug="loin", name_fr="Au loin", geom=Point(2.95, 50.45, srid=4326))
    cabane(slug="secret", name_fr="Secret", status="draft", park=made, geom=Point(2.81, 50.41, srid=4326))
    return made
