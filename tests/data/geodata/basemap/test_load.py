import subprocess
from io import StringIO

import mapbox_vector_tile
import numpy
import pytest
import shapely
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from pyogrio.raw import write

from geodata.basemap import tiles
from geodata.basemap.models import Ground, GroundSource
from geodata.tiles.matrix import Tile

pytestmark = pytest.mark.django_db

OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="50.40" lon="2.80" version="1"/><node id="2" lat="50.41" lon="2.81" version="1"/>
<node id="3" lat="50.41" lon="2.80" version="1"/><node id="4" lat="50.405" lon="2.805" version="1"><tag k="place" v="town"/><tag k="name" v="Lens"/></node>
<node id="5" lat="48.85" lon="2.35" version="1"/><node id="6" lat="48.86" lon="2.36" version="1"/>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="natural" v="water"/><tag k="name" v="Étang"/></way>
<way id="11" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
<way id="12" version="1"><nd ref="5"/><nd ref="6"/><tag k="highway" v="motorway"/></way></osm>"""


def run(path):
    out = StringIO()
    call_command("load_basemap", str(path), stdout=out)
    return out.getvalue()


@pytest.fixture
def extract(tmp_path):
    (tmp_path / "a.osm").write_text(OSM, encoding="utf-8")
    path = tmp_path / "artois.osm.pbf"
    subprocess.run(["osmium", "cat", str(tmp_path / "a.osm"), "-o", str(path)], check=True, capture_output=True)
    return path


def test_an_osm_extract_is_cut_to_the_extent_and_loaded_twice_the_same(extract):
    assert "3 pieces of ground" in run(extract)
    first = sorted(Ground.objects.values_list("kind", "rank", "name"))
    assert first == [("place", 0, "Lens"), ("road", 1, ""), ("water", 0, "Étang")]
    run(extract)
    assert sorted(Ground.objects.values_list("kind", "rank", "name")) == first
    assert GroundSource.objects.get().attribution == "© OpenStreetMap (ODbL)"


def test_tiles_of_the_ground(extract, client):
    run(extract)
    decoded = mapbox_vector_tile.decode(tiles.render(Tile(12, 1381, 2079)))
    assert set(decoded) == {"place", "road", "water"}
    response = client.get("/api/fond/tuiles/12/1381/2079")
    assert response.status_code == 200
    assert client.get("/api/fond/tuiles/12/1381/2079", headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert client.get("/api/fond/tuiles/12/0/0").status_code == 204


def test_a_geopackage_of_ign_in_lambert_93(tmp_path):
    path = tmp_path / "bdtopo.gpkg"
    box = shapely.box(686000, 7034000, 686500, 7034500)
    names = numpy.array(["La Cité"], dtype=object)
    write(
        path,
        numpy.array([shapely.to_wkb(box)], dtype=object),
        [names],
        ["toponyme"],
        layer="zone_d_habitation",
        geometry_type="Polygon",
        crs="EPSG:2154",
    )
    assert "1 pieces" in run(path)
    piece = Ground.objects.get()
    assert (piece.kind, piece.name) == ("built", "La Cité")
    assert 2.8 < piece.geom.centroid.x < 2.82


@pytest.mark.parametrize(
    ("name", "content"), [("a.osm.pbf", b"nothing"), ("a.gpkg", b"nothing"), ("a.shp", b""), ("absent.gpkg", None)]
)
def test_a_bad_file_changes_nothing(tmp_path, name, content):
    Ground.objects.create(kind="place", rank=0, name="Lens", geom=Point(2.805, 50.405, srid=4326))
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError):
        run(path)
    assert [each.name for each in Ground.objects.all()] == ["Lens"]
