import pytest
from django.core.exceptions import ValidationError

from geodata.editing.position import read_geometry, read_position


def test_latitude_first_as_people_say_it():
    assert read_position("50,41", "2.78").coords == (2.78, 50.41)


def test_lambert_93_is_recognised_by_its_size():
    point = read_position("686118", "7034174")
    assert (round(point.x, 3), round(point.y, 3)) == (2.805, 50.405)


def test_lines_of_positions_make_a_line():
    assert read_geometry("50.4, 2.7\n50.5 2.8", "LINESTRING").coords == ((2.7, 50.4), (2.8, 50.5))


def test_an_empty_line_starts_the_next_area():
    text = "50.4, 2.7\n50.4, 2.8\n50.5, 2.8\n\n50.6, 2.7\n50.6, 2.8\n50.7, 2.8"
    assert len(read_geometry(text, "MULTIPOLYGON")) == 2


def test_a_feature_of_geojson_without_its_heights():
    text = '{"type":"Feature","geometry":{"type":"LineString","coordinates":[[2.7,50.4,30],[2.8,50.5,40]]},"properties":{}}'
    assert not read_geometry(text, "LINESTRING").hasz


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("", "POINT", "position"),
        ("abc", "POINT", "deux nombres"),
        ("50.4", "POINT", "deux nombres"),
        ("200, 300", "POINT", "degrés"),
        ("50.4, 2.7", "LINESTRING", "deux points"),
        ("50.4, 2.7\n50.5, 2.8", "MULTIPOLYGON", "trois points"),
        ("50.4, 2.7\n50.5, 2.8", "POINT", "seule position"),
        ("{", "POINT", "se lit pas"),
        ('{"type":"Point","coordinates":[2,"x"]}', "POINT", "nombre"),
        ('{"type":"Point","coordinates":[2,1' + "0" * 400 + "]}", "POINT", "se lit pas"),
        ('{"type":"Point","coordinates":' + "[" * 5000, "POINT", "se lit pas"),
        ('{"type":"FeatureCollection","features":[]}', "POINT", "seule géométrie"),
        ('{"type":"Point","coordinates":[2.7,50.4]}', "LINESTRING", "une ligne"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(text, kind, told):
    with pytest.raises(ValidationError, match=told):
        read_geometry(text, kind)
