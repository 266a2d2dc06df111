"""Every format of every collection, asked for an instant: it tells what was, and nothing of what came afterwards."""

import io
import subprocess

import pytest
from pyarrow import parquet

from geodata import registry
from geodata.changes.recording import recording
from tests.api.geodata.bygone import at, commit
from tests.api.geodata.writing import FACTORIES
from tests.contract.geodata.test_pmtiles import tiles
from tests.offers import formats_of

pytestmark = pytest.mark.django_db(transaction=True)
BY_GDAL = ("gpkg", "fgb", "shp")
POINT = {"geom": "SRID=4326;POINT(2.8 50.4)"}
# What a collection needs to be in all of its formats.
GIVEN = {
    "autorites": {"geom": "SRID=4326;MULTIPOLYGON(((2.8 50.4, 2.81 50.4, 2.81 50.41, 2.8 50.4)))"},
    "fermetures": POINT,
    "evenements": POINT,
    "projets-label": POINT,
    "sentiers": {"departure": "Place", "arrival": "Rue"},
}


def told(client, tmp_path, collection, format_, query=""):
    """What a file says, as text."""
    answer = client.get(f"/api/collections/{collection.id}/items?f={format_.name}{query}")
    assert answer.status_code == 200, (collection.id, format_.name, answer.getvalue())
    body = answer.getvalue()
    answer.close()
    if format_.name in BY_GDAL:
        path = tmp_path / f"{collection.id}.{format_.extension}"
        path.write_bytes(body)
        asked = ["ogrinfo", "-ro", "-al", str(path)]
        return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout
    if format_.name == "parquet":
        return str(parquet.read_table(io.BytesIO(body)).to_pylist())
    if format_.name == "pmtiles":
        return b"".join(tiles(body).values()).decode(errors="replace")
    return body.decode()


def test_every_format_tells_the_state_of_the_instant(client, tmp_path):
    asked = set()
    for collection in registry.collections():
        # Of their own in each, for files tell of neighbours too.
        names = (f"Avant {collection.id}", f"Ensuite {collection.id}")
        thing = FACTORIES[collection.id](**{collection.label: names[0]}, **GIVEN.get(collection.id, {}))
        then = commit()
        with recording(by=None):
            type(thing).objects.filter(pk=thing.pk).update(**{collection.label: names[1]})
        for each in formats_of(collection):
            asked.add(each.name)
            texts = [told(client, tmp_path, collection, each, query) for query in (f"&as-of={at(then)}", "")]
            found = [[name in text for name in names] for text in texts]
            assert found == [[True, False], [False, True]], (collection.id, each.name)
    assert asked >= {"geojson", "html", "csv", "geojsonseq", "gpx", "kml", "gpkg", "fgb", "shp", "parquet", "pmtiles"}
    assert asked >= {"ical", "atom", "jsonld", "schema-randonnee"}
