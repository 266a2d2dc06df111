"""Every file of every collection of the real network, read back by other people's programs."""

import io
import json
import subprocess
import zipfile

import pytest
import shapely
from pyarrow import parquet

from geodata import registry
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
