"""What GDAL's own programs read back from a running server."""

import json
import subprocess

import pytest
from owslib.ogcapi.features import Features

from geodata import registry

COUNTS = {
    "parcs": 36,
    "cabanes": 13,
    "sentiers": 40,
    "evenements": 30,
    "projets-label": 16,
    "communes": 150,
    "autorites": 6,
    "fermetures": 0,
}

pytestmark = pytest.mark.django_db(transaction=True)


def ogrinfo(*arguments):
    done = subprocess.run(["ogrinfo", "-ro", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_gdal_and_owslib_read_every_feature_of_the_real_network(real_network, address):
    listed = ogrinfo(f"OAPIF:{address}/api/")
    for collection in registry.collections():
        assert f": {collection.title}" in listed or f": {collection.id}" in listed
        if COUNTS.get(collection.id):
            summary = ogrinfo("-so", "-al", f"OAPIF:{address}/api/collections/{collection.id}")
            assert f"Feature Count: {COUNTS[collection.id]}" in summary, summary
    inside = ogrinfo(
        "-al", "-geom=NO", "-spat", "2.8", "50.4", "2.9", "50.5", f"OAPIF:{address}/api/collections/cabanes"
    )
    assert "name_fr (String)" in inside
    client = Features(f"{address}/api/")
    assert set(client.feature_collections()) == {collection.id for collection in registry.collections()}
    assert client.collection_items("cabanes", limit=100)["numberReturned"] == 13


def test_openapi_document_is_valid(client):
    from openapi_spec_validator import validate

    validate(json.loads(client.get("/api/openapi.json").content))
