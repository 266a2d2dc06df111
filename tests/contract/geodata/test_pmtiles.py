"""PMTiles of every collection of the real network, read back with the library of its inventors and with GDAL."""

import gzip
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import mapbox_vector_tile
import psycopg
import pyogrio
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType

from geodata import registry
from geodata.changes.recording import recording
from geodata.exports import tasks
from geodata.exports.models import Export
from geodata.queries.reader import parameters
from geodata.tiles import mvt
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)
CROSS = "SRID=4326;LINESTRING(2.70 50.35, 2.95 50.45, 2.96 50.30)"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.GEODATA_FILES = tmp_path / "files"
    store = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "kept")}}
    settings.STORAGES = settings.STORAGES | {"exports": store}


def taken(client, collection, query="", status=200):
    answer = client.get(f"/api/collections/{collection}/items?f=pmtiles{query}")
    assert answer.status_code == status, answer.getvalue()
    body = answer.getvalue()
    answer.close()
    return answer, body


def tiles(body):
    """The tiles of an archive by zoom, column and row, unpacked."""
    return {place: gzip.decompress(packed) for place, packed in all_tiles(MemorySource(body))}


def shown(drawn, collection):
    """What a tile holds: ids, or how many a point stands for."""
    features = mapbox_vector_tile.decode(drawn)[collection]["features"]
    return sorted(str(each["properties"].get("id", each["properties"].get("point_count"))) for each in features)


def around(place):
    z, col, row = place
    beside = [(z, col + right, row + down) for right in (-1, 0, 1) for down in (-1, 0, 1)]
    return [each for each in beside if 0 <= each[1] < 2**z and 0 <= each[2] < 2**z]


def of_endpoint(client, collection, place, query=""):
    z, col, row = place
    answer = client.get(f"/api/collections/{collection}/tiles/WebMercatorQuad/{z}/{row}/{col}?{query}")
    assert answer.status_code in (200, 204)
    return answer.content


def assert_as_endpoint(client, collection, found, query=""):
    """Equal tiles, and nothing in those around and below that the archive does not have."""
    lowest = registry.get(collection).min_zoom
    looked_at = {(lowest, 0, 0)} if lowest == 0 else set()
    for z, col, row in found:
        looked_at |= {each for each in around((z, col, row)) if z >= lowest}
        if z < 14:
            looked_at |= {(z + 1, 2 * col + right, 2 * row + down) for right in (0, 1) for down in (0, 1)}
    for place in looked_at:
        assert of_endpoint(client, collection, place, query) == found.get(place, b""), place


def test_every_archive_of_the_real_network_is_what_the_tile_endpoint_gives(real_network, client, settings):
    settings.GEODATA_TILES_ABOVE = 100_000
    for shape in (
        "POINT(2.8 50.4)",
        "LINESTRING(2.8 50.4, 2.81 50.41)",
        "POLYGON((2.8 50.4, 2.81 50.4, 2.81 50.41, 2.8 50.4))",
    ):
        fermeture(geom=f"SRID=4326;{shape}")
    fermeture(geom=None)
    for collection in registry.collections():
        found = tiles(taken(client, collection.id)[1])
        ids = {
            str(uuid)
            for uuid in collection.visible_to(AnonymousUser()).filter(geom__isnull=False).values_list("uuid", flat=True)
        }
        at_last = {
            each for place, drawn in found.items() if place[0] == 14 and drawn for each in shown(drawn, collection.id)
        }
        assert at_last == ids, collection.id
        sample = {place: drawn for place, drawn in found.items() if place[0] <= 10 or sum(place) % 40 == 0}
        for place, drawn in sample.items():
            assert of_endpoint(client, collection.id, place) == drawn, (collection.id, place)


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("cabanes", ""), ("sentiers", ""), ("parcs", ""), ("fermetures", ""),
        ("cabanes", "kind=abri"), ("sentiers", "q=grande"), ("cabanes", "filter=year_built%3E2020"), ("sentiers", "as-of=2020-01-01"),
    ],
)  # fmt: skip
def test_not_a_tile_is_missing_and_none_is_too_many(client, collection, query):
    for step in range(4):
        cabane(
            geom=f"SRID=4326;POINT({2.80 + step / 50} 50.405)",
            kind="abri" if step % 2 else "kiosque",
            year_built=2019 + step,
        )
    # On the edge of a tile of zoom 14: in the buffer of its neighbour, where the parent has none for points.
    cabane(geom="SRID=4326;POINT(2.8124999 50.4)")
    sentier(name_fr="La grande", geom=CROSS), sentier(), parc(), fermeture(geom=CROSS), fermeture(geom=None)
    found = tiles(taken(client, collection, f"&{query}" if query else "")[1])
    if "as-of" in query:
        assert found == {(registry.get(collection).min_zoom, 0, 0): b""}
        return
    assert min(z for z, _col, _row in found) == registry.get(collection).min_zoom
    assert max(z for z, _col, _row in found) == 14
    assert b"" not in found.values()
    assert_as_endpoint(client, collection, found, query)


def test_a_box_gives_the_tiles_that_meet_it_of_what_meets_it(client):
    inside, outside = cabane(geom="SRID=4326;POINT(2.8051 50.405)"), cabane(geom="SRID=4326;POINT(2.8059 50.405)")
    crossing = sentier(geom=CROSS)
    box = "&bbox=2.80,50.40,2.8055,50.41"
    found = tiles(taken(client, "cabanes", box)[1])
    assert {each for place, drawn in found.items() if place[0] == 14 for each in shown(drawn, "cabanes")} == {
        str(inside.uuid)
    }
    for query, most in (("&bbox=2.70,50.35,2.72,50.37", 20), ("", 200)):
        body = taken(client, "sentiers", query)[1]
        deep = {place: drawn for place, drawn in tiles(body).items() if place[0] == 14}
        assert {each for drawn in deep.values() for each in shown(drawn, "sentiers")} == {str(crossing.uuid)}
        assert 0 < len(deep) < most
    header = Reader(MemorySource(taken(client, "sentiers", "&bbox=2.70,50.35,2.72,50.37")[1])).header()
    assert (header["min_lon_e7"], header["max_lon_e7"]) == (27_000_000, 27_200_000)
    west_of_east = tiles(taken(client, "cabanes", "&bbox=170,-80,2.8055,80")[1])
    assert str(outside.uuid) not in shown(west_of_east[14, *max(p for p in west_of_east if p[0] == 14)[1:]], "cabanes")


def test_the_past_is_drawn_as_it_was(client):
    thing = cabane(name_fr="Avant", geom="SRID=4326;POINT(2.8051 50.405)")
    before = timezone.now().isoformat().replace("+00:00", "Z")
    with recording(by=None):
        type(thing).objects.filter(pk=thing.pk).update(name_fr="Après")
    for query, name in (
        (f"&as-of={before}", b"Avant"),
        (f"&as-of={before}&bbox=2.80,50.40,2.81,50.41", b"Avant"),
        ("", "Après".encode()),
    ):
        answer, body = taken(client, "cabanes", query)
        assert all(name in drawn for drawn in tiles(body).values()), query
        assert ("Memento-Datetime" in answer) == bool("as-of" in query)
    assert tiles(taken(client, "cabanes", f"&as-of={before}&bbox=2.9,50.40,2.91,50.41")[1]) == {(0, 0, 0): b""}


def test_the_head_is_that_of_the_specification_and_the_metadata_are_those_of_tilejson(client):
    for step in range(3):
        cabane(geom=f"SRID=4326;POINT({2.80 + step / 10} 50.405)")
    answer, body = taken(client, "cabanes")
    assert answer["Content-Type"] == "application/vnd.pmtiles"
    assert answer["Content-Disposition"] == f'attachment; filename="cabanes-{timezone.localdate():%Y-%m-%d}.pmtiles"'
    assert body[:8] == b"PMTiles\x03"
    reader = Reader(MemorySource(body))
    header, about = reader.header(), reader.metadata()
    assert header["clustered"]
    assert (header["tile_type"], header["tile_compression"]) == (TileType.MVT, Compression.GZIP)
    assert header["internal_compression"] == Compression.GZIP
    assert (header["min_lon_e7"], header["min_lat_e7"]) == (28_000_000, 504_050_000)
    assert (header["max_lon_e7"], header["max_lat_e7"]) == (30_000_000, 504_050_000)
    assert (header["center_lon_e7"], header["center_lat_e7"], header["center_zoom"]) == (29_000_000, 504_050_000, 10)
    assert header["addressed_tiles_count"] == len(tiles(body)) >= header["tile_contents_count"]
    (layer,) = about["vector_layers"]
    (told,) = client.get("/api/collections/cabanes/tiles/WebMercatorQuad/tilejson").json()["vector_layers"]
    assert layer == told | {"maxzoom": 14}
    assert "etalab" in about["license"].lower()
    assert "Licence" in about["attribution"]
    assert body == taken(client, "cabanes")[1]
    in_dutch = client.get("/api/collections/cabanes/items?f=pmtiles", headers={"Accept-Language": "nl"}).getvalue()
    assert in_dutch == body


def test_equal_tiles_are_kept_once(client):
    # Deep inside an area every tile is the same square.
    parc(geom="SRID=4326;MULTIPOLYGON(((2.6 50.3, 2.9 50.3, 2.9 50.5, 2.6 50.5, 2.6 50.3)))")
    header = Reader(MemorySource(taken(client, "parcs")[1])).header()
    assert header["tile_contents_count"] < header["addressed_tiles_count"] * 0.6
    assert header["tile_entries_count"] <= header["addressed_tiles_count"]


def test_what_a_set_of_tiles_cannot_keep_is_refused(client, settings):
    cabane(), cabane(geom="SRID=4326;POINT(2.9 50.4)")
    links = client.get("/api/collections/cabanes/items?limit=1").json()["links"]
    (following,) = [each["href"] for each in links if each["rel"] == "next"]
    cursor = following.split("cursor=")[1].split("&")[0]
    for query, parameter in (
        ("limit=5", "limit"), ("sortby=name_fr", "sortby"), (f"cursor={cursor}", "cursor"), ("properties=name_fr", "properties"),
        ("skipGeometry=true", "skipGeometry"), ("crs=http://www.opengis.net/def/crs/EPSG/0/2154", "crs"), ("bbox=1,2", "bbox"),
    ):  # fmt: skip
        answer, _body = taken(client, "cabanes", f"&{query}", 400)
        assert answer.json()["parameter"] == parameter
    settings.GEODATA_TILES_MOST = 3
    assert taken(client, "cabanes", "", 400)[0].json()["parameter"] == "bbox"
    settings.GEODATA_TILES_MOST, settings.GEODATA_FILE_BYTES = 1_000, 100
    assert taken(client, "cabanes", "", 503)
    assert [path for path in settings.GEODATA_FILES.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_one_feature_has_its_archive_and_a_hidden_one_is_in_none(client):
    mine = autorite()
    one, _other, draft = cabane(), cabane(), cabane(status="draft", authority=mine, name_fr="zzsecret")
    answer = client.get(f"/api/collections/cabanes/items/{one.uuid}?f=pmtiles")
    found = tiles(answer.getvalue())
    assert {each for drawn in found.values() for each in shown(drawn, "cabanes")} == {str(one.uuid)}
    assert client.get(f"/api/collections/cabanes/items/{draft.uuid}?f=pmtiles").status_code == 404
    for query in ("", "&bbox=2,50,3,51", f"&id={draft.uuid}", "&q=zzsecret"):
        body = taken(client, "cabanes", query)[1]
        assert b"zzsecret" not in b"".join(tiles(body).values())
    assert tiles(taken(client, "cabanes", f"&id={draft.uuid}")[1]) == {(0, 0, 0): b""}
    client.force_login(member("editor", mine))
    assert b"zzsecret" in b"".join(tiles(taken(client, "cabanes")[1]).values())


def test_a_large_one_is_queued_and_read_in_place_by_ranges(client, live_server, settings):
    sentier(geom=CROSS), sentier()
    small = tiles(taken(client, "sentiers")[1])
    settings.GEODATA_TILES_ABOVE = 50
    answer, _body = taken(client, "sentiers", "", 202)
    export = Export.objects.get(uuid=answer.json()["id"])
    hidden = sentier(status="draft", name_fr="zzsecret")
    tasks.write(uuid=str(export.uuid))
    (address,) = [each["href"] for each in client.get(answer["Location"]).json()["links"] if each["rel"] == "enclosure"]
    asked = []

    def ranged(offset, length):
        asked.append(length)
        wanted = urllib.request.Request(
            live_server.url + address.removeprefix("http://testserver"),
            headers={"Range": f"bytes={offset}-{offset + length - 1}", "Accept-Encoding": "gzip, br"},
        )
        with urllib.request.urlopen(wanted) as got:
            assert (got.status, got.headers["Content-Encoding"]) == (206, None)
            assert "Content-Range" in got.headers["Access-Control-Expose-Headers"]
            return got.read()

    reader = Reader(ranged)
    for (z, col, row), drawn in small.items():
        assert gzip.decompress(reader.get(z, col, row)) == drawn
    assert max(asked) < export.__class__.objects.get(pk=export.pk).size_bytes
    assert reader.get(14, 0, 0) is None
    # What pmtiles.js asks first, of a file that may be shorter.
    assert ranged(0, 16_384)[:7] == b"PMTiles"
    with recording(by=None):
        type(hidden).objects.filter(pk=hidden.pk).update(status="published")
        type(hidden).objects.filter(pk=hidden.pk).update(status="draft")
    assert client.get(address.removeprefix("http://testserver")).status_code == 410


def test_progress_is_told_while_it_is_written(client, settings, monkeypatch):
    sentier(geom=CROSS), sentier()
    settings.GEODATA_TILES_ABOVE = 50
    monkeypatch.setattr(tasks, "TOLD_EVERY_S", 0.0)
    answer, _body = taken(client, "sentiers", "", 202)
    seen, render = [], mvt.render

    def watched(*given):
        with psycopg.connect(**parameters(), autocommit=True) as raw:
            seen.append(raw.execute("SELECT rows_done FROM geodata_export").fetchone()[0])
        return render(*given)

    monkeypatch.setattr(mvt, "render", watched)
    tasks.write(uuid=answer.json()["id"])
    assert seen == sorted(seen)
    assert set(seen) == {0, 1}


def test_gdal_reads_it(client, tmp_path):
    sentier(geom=CROSS), sentier()
    path = tmp_path / "sentiers.pmtiles"
    path.write_bytes(taken(client, "sentiers")[1])
    assert pyogrio.list_drivers().get("PMTiles", "").startswith("r")
    about = pyogrio.read_info(path)
    assert about["driver"] == "PMTiles"
    assert about["layer_name"] == "sentiers"
    meta, _fids, _shapes, columns = pyogrio.raw.read(path, columns=["id", "name_fr"])
    assert len(set(columns[list(meta["fields"]).index("id")])) == 2
    # Metres of EPSG:3857: the eastern end of the long trail, far from the short one.
    kept = pyogrio.raw.read(path, columns=["id"], bbox=(328_900, 6_500_000, 329_600, 6_520_000))
    assert len(set(kept[3][0])) == 1


def test_the_lines_of_the_guide_read_it(client, tmp_path):
    named = sentier(name_fr="La boucle")
    (tmp_path / "sentiers.pmtiles").write_bytes(taken(client, "sentiers")[1])
    guide = (Path(settings.ROOT) / "docs" / "guides" / "partners.md").read_text(encoding="utf-8")
    section = guide.split("## Tiles in one file")[1].split("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].endswith("14")
    assert done.stdout.count(str(named.uuid)) == done.stdout.count("La boucle") == len(done.stdout.splitlines()) - 1


def test_it_is_announced(client):
    cabane()
    for address, rel in (("/api/collections/cabanes", "items"), ("/api/collections/cabanes/items", "alternate")):
        found = [each for each in client.get(address).json()["links"] if each["type"] == "application/vnd.pmtiles"]
        assert [each["rel"] for each in found] == [rel]
    described = client.get("/api/openapi.json").json()["paths"]["/collections/cabanes/items"]["get"]
    assert "application/vnd.pmtiles" in json.dumps(described)
    assert 'value="pmtiles"' in client.get("/partenaires/?collection=cabanes").content.decode()
