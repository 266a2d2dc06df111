"""Every file of every collection of the real network, read back by other people's programs."""

import io
import json
import struct
import subprocess
import zipfile

import pytest
import shapely
from pyarrow import parquet

from geodata import registry
from geodata.formats import offered
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane

pytestmark = pytest.mark.django_db(transaction=True)
COUNTS = {
    "parcs": 36,
    "cabanes": 13,
    "sentiers": 40,
    "evenements": 30,
    "projets-label": 16,
    "communes": 150,
    "autorites": 10,
    "fermetures": 4,
    "points-acces": 0,
    "equipements": 0,
}
# What has a position; no trail of the starter network was surveyed.
GPX_COUNTS = {"cabanes": 13, "sentiers": 0, "evenements": 25, "projets-label": 14, "points-acces": 0, "equipements": 0}
# The cabins along the trails, in a folder of their own.
BESIDE_IN_KML = {"sentiers": 11}
# Counted elsewhere.
ELSEWHERE = ("gpkg", "fgb", "parquet", "shp", "pmtiles", "jsonld")
# GDAL takes an empty sequence, and a feed without an entry, for no file of its own.
UNREAD_WHEN_EMPTY = ("geojsonseq", "atom")
SHAPES = (
    "SRID=4326;POINT(2.8 50.4)",
    "SRID=4326;LINESTRING(2.8 50.4, 2.81 50.41)",
    "SRID=4326;POLYGON((2.8 50.4, 2.81 50.4, 2.81 50.41, 2.8 50.4))",
    None,
)


def taken(client, collection, f, query=""):
    answer = client.get(f"/api/collections/{collection}/items?f={f}{query}")
    assert answer.status_code == 200, answer.content
    body = answer.getvalue()
    answer.close()
    return body


def ogrinfo(*arguments):
    done = subprocess.run(["ogrinfo", "-ro", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def counted(path):
    """The number of features in all layers of a file, as GDAL counts them."""
    told = ogrinfo("-so", "-al", str(path))
    return sum(int(line.split(":")[1]) for line in told.splitlines() if line.startswith("Feature Count:")), told


def test_gdal_and_arrow_count_the_real_network_in_every_file(real_network, client, tmp_path):
    for shape in SHAPES:
        fermeture(geom=shape)
    assert set(COUNTS) == {each.id for each in registry.collections()}
    for collection, count in COUNTS.items():
        for f, ending in (("gpkg", "gpkg"), ("fgb", "fgb"), ("shp", "shp.zip")):
            path = tmp_path / f"{collection}.{ending}"
            path.write_bytes(taken(client, collection, f))
            assert counted(path)[0] == count, path
        table = parquet.read_table(io.BytesIO(taken(client, collection, "parquet")))
        assert table.num_rows == count
        assert table.column_names[-2:] == ["geometry", "bbox"]
    for name in ("cabanes.gpkg", "cabanes.fgb", "cabanes.shp.zip"):
        told = counted(tmp_path / name)[1]
        assert "Geometry: Point" in told
        assert 'ID["EPSG",4326]' in told, told
    assert "name_fr (String) = " in ogrinfo("-al", str(tmp_path / "cabanes.gpkg"))
    assert "inspected_on: Date" in counted(tmp_path / "cabanes.gpkg")[1]
    assert "updated_at: DateTime" in counted(tmp_path / "cabanes.gpkg")[1]
    assert "step_free: Integer(Boolean)" in counted(tmp_path / "cabanes.fgb")[1]


def test_gdal_counts_the_real_network_in_every_format_of_words_and_rows(real_network, client, tmp_path):
    for shape in SHAPES:
        fermeture(geom=shape)
    asked = {each.id: {each.name: each for each in offered.downloads(each)} for each in registry.collections()}
    for collection, count in COUNTS.items():
        wanted = {"csv": count, "geojsonseq": count, "kml": count + BESIDE_IN_KML.get(collection, 0)}
        if collection in GPX_COUNTS:
            wanted["gpx"] = GPX_COUNTS[collection]
        if collection in ("evenements", "fermetures"):
            wanted["atom"] = count
        if collection == "sentiers":
            wanted["schema-randonnee"] = 0
        assert set(asked[collection]) == {*wanted, *ELSEWHERE} | ({"ical"} if "atom" in wanted else set())
        for f, features in wanted.items():
            if not features and f in UNREAD_WHEN_EMPTY:
                continue
            path = tmp_path / f"{collection}.{asked[collection][f].extension}"
            path.write_bytes(taken(client, collection, f))
            assert counted(path)[0] == features, path


@pytest.mark.parametrize("collection", ["cabanes", "sentiers", "fermetures"])
def test_gdal_opens_the_files_of_an_empty_collection(client, tmp_path, collection):
    for f, ending in (("gpkg", "gpkg"), ("fgb", "fgb"), ("shp", "shp.zip"), ("kml", "kml"), ("csv", "csv")):
        path = tmp_path / f"{collection}.{ending}"
        path.write_bytes(taken(client, collection, f))
        features, told = counted(path)
        assert (features, "Layer name: " in told) == (0, True), path


def test_a_flatgeobuf_keeps_its_index_beside_rows_without_a_shape(client, tmp_path):
    path = tmp_path / "fermetures.fgb"
    for shape in SHAPES:
        fermeture(geom=shape)
    for number in range(40):
        fermeture(title_fr=f"Loin {number}", geom=f"SRID=4326;POINT(3.{number + 100} 50.2)" if number % 2 else None)
    path.write_bytes(taken(client, "fermetures", "fgb"))
    assert counted(path)[0] == 44
    assert ogrinfo("-al", "-q", str(path)).count("OGRFeature") == 44
    inside = ogrinfo("-al", "-q", "-spat", "2.7", "50.3", "2.9", "50.5", str(path))
    assert inside.count("OGRFeature") == 3
    assert "Loin" not in inside
    assert indexed(path.read_bytes()) == (16, 44, 23)
    only = taken(client, "fermetures", "fgb", "&q=loin&limit=1")
    path.write_bytes(only)
    assert (counted(path)[0], indexed(only)[:2]) == (1, (0, 1))
    path.write_bytes(taken(client, "fermetures", "fgb", "&q=loin&limit=2"))
    assert indexed(path.read_bytes()) == (16, 2, 1)
    path.write_bytes(taken(client, "fermetures", "fgb", "&q=absent"))
    assert counted(path)[0] == 0


def indexed(body):
    """Node size, number of features, and how many of them are found by going down the index with a box of the world.

    Held to on the way: each node encloses those below it, each leaf leads to the beginning of a feature.
    """
    field, index = header(body)
    (node_size,) = struct.unpack_from("<H", body, field(9)) if field(9) else (16,)
    (count,) = struct.unpack_from("<Q", body, field(8))
    if node_size == 0:
        return 0, count, None
    sizes = [count, -(-count // node_size)]
    while sizes[-1] > 1:
        sizes.append(-(-sizes[-1] // node_size))
    nodes = [struct.unpack_from("<4dQ", body, index + 40 * number) for number in range(sum(sizes))]
    begins = {0}
    at = start = index + 40 * len(nodes)
    while at < len(body):
        at += 4 + struct.unpack_from("<I", body, at)[0]
        begins.add(at - start)
    seen, waiting = [], [(0, len(sizes) - 1)]
    while waiting:
        number, level = waiting.pop()
        west, south, east, north, offset = nodes[number]
        if level == 0:
            assert offset in begins
            seen.append(offset)
            continue
        end = sum(sizes[level - 1 :])
        for child in range(offset, min(offset + node_size, end)):
            x1, y1, x2, y2, _offset = nodes[child]
            if x1 <= x2:
                assert west <= x1, (number, child)
                assert (south <= y1, east >= x2, north >= y2) == (True, True, True)
                waiting.append((child, level - 1))
    assert len(set(seen)) == len(seen)
    return node_size, count, len(seen)


def header(body):
    """Where a field of the header is (None: it has its default value), and where the index begins."""
    assert body.startswith(b"fgb\x03fgb")
    table = 12 + struct.unpack_from("<I", body, 12)[0]
    entries = table - struct.unpack_from("<i", body, table)[0]

    def field(number):
        (entry,) = struct.unpack_from("<H", body, entries + 4 + 2 * number)
        return table + entry if entry else None

    return field, 12 + struct.unpack_from("<I", body, 8)[0]


def test_a_shapefile_has_one_file_for_each_kind_of_shape_and_says_its_names(client):
    for shape in SHAPES:
        fermeture(geom=shape)
    packed = zipfile.ZipFile(io.BytesIO(taken(client, "fermetures", "shp")))
    stems = {name.split(".")[0] for name in packed.namelist()} - {"LISEZMOI"}
    assert stems == {"fermetures-points", "fermetures-lignes", "fermetures-surfaces"}
    assert packed.read("fermetures-points.cpg").strip() == b"UTF-8"
    assert b"GCS_WGS_1984" in packed.read("fermetures-surfaces.prj")
    assert "descrip_fr  description_fr" in packed.read("LISEZMOI.txt").decode()


def test_a_geoparquet_has_its_metadata_boxes_lists_and_system(client):
    fermeture(geom=SHAPES[1])
    cabane(geom="SRID=4326;POINT(2.8051234 50.405)", activities=["rest", "read"], lit=True, year_built=2021)
    whole = parquet.ParquetFile(io.BytesIO(taken(client, "cabanes", "parquet")))
    about = json.loads(whole.metadata.metadata[b"geo"])
    assert about == {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Point"],
                "covering": {"bbox": {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}},
                "bbox": [2.8051234, 50.405, 2.8051234, 50.405],
            }
        },
    }
    table = parquet.read_table(io.BytesIO(taken(client, "cabanes", "parquet")))
    assert json.loads(table.schema.metadata[b"geo"]) == about
    (row,) = whole.read().to_pylist()
    assert (row["activities"], row["lit"], row["year_built"], row["opened_on"]) == (["rest", "read"], True, 2021, None)
    assert row["bbox"] == {"xmin": 2.8051234, "ymin": 50.405, "xmax": 2.8051234, "ymax": 50.405}
    assert shapely.from_wkb(row["geometry"]).wkt == "POINT (2.8051234 50.405)"
    closed = parquet.ParquetFile(io.BytesIO(taken(client, "fermetures", "parquet")))
    assert json.loads(closed.metadata.metadata[b"geo"])["columns"]["geometry"]["geometry_types"] == ["LineString"]


def test_files_in_metres_say_so(client, tmp_path):
    cabane()
    path = tmp_path / "cabanes.gpkg"
    path.write_bytes(taken(client, "cabanes", "gpkg", "&crs=http://www.opengis.net/def/crs/EPSG/0/2154"))
    told = counted(path)[1]
    assert 'ID["EPSG",2154]' in told
    assert "Extent: (68611" in told
    refused = client.get("/api/collections/cabanes/items?f=parquet&crs=http://www.opengis.net/def/crs/EPSG/0/2154")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "crs")
