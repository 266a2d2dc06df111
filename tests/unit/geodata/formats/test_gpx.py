"""GPX against the structure of the 1.1 schema, and as gpxpy reads it."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import gpxpy
import pytest

from geodata.formats.gpx import NAMESPACE, Head, Track, Waypoint, pieces

# The sequences of https://www.topografix.com/GPX/1/1/gpx.xsd, written by hand.
WPT = (
    "ele time magvar geoidheight name cmt desc src link sym type fix sat hdop vdop pdop ageofdgpsdata dgpsid extensions"
)
ORDER = {
    "gpx": "metadata wpt rte trk extensions",
    "metadata": "name desc author copyright link time keywords bounds extensions",
    "author": "name email link",
    "copyright": "year license",
    "link": "text type",
    "wpt": WPT,
    "trkpt": WPT,
    "trk": "name cmt desc src link number type extensions trkseg",
    "trkseg": "trkpt extensions",
}
REQUIRED = {
    "gpx": {"version", "creator"},
    "wpt": {"lat", "lon"},
    "trkpt": {"lat", "lon"},
    "link": {"href"},
    "copyright": {"author"},
    "bounds": {"minlat", "minlon", "maxlat", "maxlon"},
}


def check(node):
    """The order of children and the required attributes, all the way down."""
    tag = node.tag.removeprefix(f"{{{NAMESPACE}}}")
    assert node.tag.startswith(f"{{{NAMESPACE}}}"), node.tag
    assert REQUIRED.get(tag, set()) <= set(node.keys()), tag
    places = [ORDER[tag].split().index(child.tag.rpartition("}")[2]) for child in node] if len(node) else []
    assert places == sorted(places), tag
    for child in node:
        check(child)


def written(*, tracks=None, **values):
    track = Track(
        "Boucle", ["2.79 50.405", "2.8 50.405", "2.82 50.41"], [30.0, 42.0, 35.5], comment="Fermé jusqu’au 12 mars"
    )
    given = {
        "creator": "Chaîne des parcs",
        "name": "Boucle",
        "box": (2.79, 50.405, 2.82, 50.41),
        "description": "Une boucle",
        "author": "CALL",
        "licence": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        "year": 2026,
        "link": "https://parcs.example/sentiers/boucle/",
        "time": datetime(2026, 5, 4, 12, tzinfo=UTC),
    }
    stop = Waypoint(
        "2.8 50.405", "En passant", "Une cabane", "https://parcs.example/cabanes/x/", "Scenic Area", "cabane"
    )
    return b"".join(pieces(Head(**given | values), [stop], [track] if tracks is None else tracks))


def test_the_order_of_elements_is_that_of_the_schema():
    check(ElementTree.fromstring(written()))


def test_gpxpy_reads_track_waypoints_heights_and_rights():
    read = gpxpy.parse(written().decode())
    assert [(point.longitude, point.latitude, point.elevation) for point in read.tracks[0].segments[0].points] == [
        (2.79, 50.405, 30.0),
        (2.8, 50.405, 42.0),
        (2.82, 50.41, 35.5),
    ]
    assert [(each.name, each.symbol) for each in read.waypoints] == [("En passant", "Scenic Area")]
    assert (read.copyright_license, read.copyright_year, read.time) == (
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        "2026",
        datetime(2026, 5, 4, 12, tzinfo=gpxpy.gpxfield.SimpleTZ()),
    )
    assert (read.bounds.min_longitude, read.bounds.max_latitude) == (2.79, 50.41)


def test_heights_that_lack_one_point_are_left_out():
    track = Track("t", ["2.8 50.4", "2.9 50.4"], [30.0])
    assert b"<ele>" not in written(tracks=[track])


def test_markup_and_control_characters_in_names_are_harmless():
    text = '</name><script>"&\x00\x0b\ud800'
    found = written(name=text, tracks=[Track(text, ["2.8 50.4", "2.9 50.4"])])
    assert gpxpy.parse(found.decode()).tracks[0].name == '</name><script>"&'


def test_a_track_of_one_point_is_refused():
    with pytest.raises(ValueError, match="two points"):
        written(tracks=[Track("t", ["2.8 50.4"])])
