"""A file that names an address makes no child of GDAL ask there, whatever its name says that it is."""

import contextlib
import json

import pytest

from geodata.vectorfile import Unreadable, Wanted, read_ground, read_shapes
from geodata.vectorstream import Asked, spooled
from tests.contract.harvest.servers import Quiet, place, pulled, serving, source

VIRTUAL = """<OGRVRTDataSource><OGRVRTLayer name="a">
<SrcDataSource>/vsicurl/{address}/a.geojson</SrcDataSource><SrcLayer>a</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""
SERVICE = "<OGRWFSDataSource><URL>{address}/wfs</URL></OGRWFSDataSource>"
SCHEMA = """<?xml version="1.0"?>
<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml"
 xmlns:x="http://x.example/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://x.example/ {address}/wfs?SERVICE=WFS&amp;VERSION=1.0.0&amp;REQUEST=DescribeFeatureType&amp;TYPENAME=x:a">
<gml:featureMember><x:a fid="a.1"><x:name>Une</x:name><x:geom><gml:Point srsName="EPSG:4326">
<gml:coordinates>2.8,50.4</gml:coordinates></gml:Point></x:geom></x:a></gml:featureMember>
</wfs:FeatureCollection>"""
hostile = pytest.mark.parametrize("text", [VIRTUAL, SERVICE, SCHEMA], ids=["vrt", "wfs", "gml"])


class Inside(Quiet):
    """What is not to be reached from here; says who asked."""

    def do_GET(self):  # noqa: N802
        self.server.asked.append(self.path)
        self.answer(json.dumps({"type": "FeatureCollection", "features": [place("1", "Une", [2.8, 50.4])]}).encode())

    do_HEAD = do_POST = do_GET  # noqa: N815


@pytest.fixture(autouse=True)
def around_proxies(monkeypatch):
    """An operator's own setting, which would lead around a proxy."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@hostile
@pytest.mark.parametrize("ending", ["geojson", "json", "kml", "gpx", "gpkg"])
def test_an_uploaded_file_reaches_nothing(tmp_path, text, ending):
    path = tmp_path / f"envoi.{ending}"
    with serving(Inside) as inside:
        path.write_text(text.format(address=inside.address))
        with pytest.raises(Unreadable):
            read_shapes(path)
        assert inside.asked == []


@hostile
@pytest.mark.parametrize("ending", ["geojson", "csv", "gpkg", "gml"])
def test_a_harvested_file_reaches_nothing(tmp_path, text, ending):
    path = tmp_path / f"moisson.{ending}"
    with serving(Inside) as inside:
        path.write_text(text.format(address=inside.address))
        # A table of one column can be made of any text.
        with contextlib.suppress(Unreadable), spooled(Asked(str(path))):
            pass
        assert inside.asked == []


def test_a_harvested_gml_is_read_without_the_schema_that_it_names(tmp_path):
    path = tmp_path / "moisson.gml"
    with serving(Inside) as inside:
        path.write_text(SCHEMA.format(address=inside.address))
        with spooled(Asked(str(path))) as rows:
            assert [(each.columns["name"], each.shape.coords) for each in rows] == [("Une", (2.8, 50.4))]
        assert inside.asked == []


@hostile
def test_a_file_that_was_fetched_reaches_nothing_else(text):
    class Outside(Quiet):
        def do_GET(self):  # noqa: N802
            self.answer(text.format(address=self.server.inside).encode())

    with serving(Inside) as inside, serving(Outside, inside=inside.address) as outside:
        with pytest.raises(Unreadable):
            pulled(source(kind="file", url=f"{outside.address}/a.geojson"))
        assert inside.asked == []


@hostile
def test_a_file_of_the_ground_reaches_nothing(tmp_path, text):
    path = tmp_path / "fond.gpkg"
    with serving(Inside) as inside:
        path.write_text(text.format(address=inside.address))
        with pytest.raises(Unreadable):
            list(read_ground(path, [Wanted("a", "", "")], (2.0, 50.0, 3.0, 51.0)))
        assert inside.asked == []
