"""PostGIS's GeoJSON and the djangorestframework-gis serializers give the same feature."""

import json

import pytest
from django.utils.module_loading import import_string

from geodata import registry
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import equipement, point_acces
from tests.factories.sentiers import sentier


def rounded(value):
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, (list, tuple)):
        return [rounded(each) for each in value]
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return value


def ring_free(feature):
    """Areas compare as sets of corners: only the direction of rings may differ."""
    geometry = feature["geometry"]
    if geometry and geometry["type"] == "MultiPolygon":
        geometry = {
            "type": "MultiPolygon",
            "coordinates": [[sorted(map(tuple, ring)) for ring in part] for part in geometry["coordinates"]],
        }
    return rounded({"id": feature["id"], "geometry": geometry, "properties": feature["properties"]})


@pytest.mark.django_db
def test_both_paths_agree_for_every_feature_of_every_collection(real_network, client):
    cabane(activities=["rest"], height_m=3.25, materials=["bois"], opened_on="2020-05-01")
    sentier(surface_mix={"gravier": 0.5, "terre": 0.5}, stated_duration_h=1.5)
    fermeture()
    point_acces(capacity=12)
    equipement(working=True)
    for collection in registry.collections():
        limit = 1000 if collection.is_point else 200
        page = json.loads(client.get(f"/api/collections/{collection.id}/items?limit={limit}").content)
        serializer = import_string(collection.serializer)
        rows = {str(row.uuid): row for row in collection.model_class.objects.all()}
        assert page["numberMatched"] == page["numberReturned"] > 0
        for feature in page["features"]:
            reference = json.loads(json.dumps(serializer(rows[feature["id"]]).data, default=str))
            assert ring_free(feature) == ring_free(reference)
            assert list(feature["properties"]) == list(collection.properties)
