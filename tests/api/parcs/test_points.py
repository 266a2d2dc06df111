"""Access points and amenities are published everywhere by their line in the list."""

import json

import mapbox_vector_tile
import pytest

from geodata.models import Revision
from tests.factories.parcs import equipement, parc, point_acces

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("make", "collection"), [(point_acces, "points-acces"), (equipement, "equipements")])
def test_it_is_in_the_api_the_tiles_the_pages_and_the_history(client, make, collection):
    area = parc(name_fr="Parc du Test")
    thing = make(park=area)
    (feature,) = json.loads(client.get(f"/api/collections/{collection}/items?park={area.uuid}").content)["features"]
    assert feature["id"] == str(thing.uuid)
    tile = client.get(f"/api/collections/{collection}/tiles/WebMercatorQuad/0/0/0")
    assert len(mapbox_vector_tile.decode(tile.content)[collection]["features"]) == 1
    assert thing.name_fr in client.get(f"/{collection}/").content.decode()
    assert "Parc du Test" in client.get(f"/{collection}/{thing.slug}/").content.decode()
    assert thing.name_fr in client.get(f"/parcs/{area.slug}/").content.decode()
    assert Revision.objects.get(uuid=thing.uuid).collection == collection
