import pytest

from geodata.params.bbox import parse_bbox
from geodata.params.crs import CRS84, EPSG2154, EPSG4326
from geodata.problems import BadParameter


def test_four_numbers_are_west_south_east_north():
    assert parse_bbox("2.7,50.3,2.9,50.5").parts == ((2.7, 50.3, 2.9, 50.5),)


def test_six_numbers_drop_the_heights():
    assert parse_bbox("2.7,50.3,0,2.9,50.5,100").parts == ((2.7, 50.3, 2.9, 50.5),)


def test_across_the_antimeridian_gives_two_halves():
    assert parse_bbox("170,-10,-170,10").parts == ((170, -10, 180, 10), (-180, -10, -170, 10))


def test_latitude_first_in_epsg_4326():
    assert parse_bbox("50.3,2.7,50.5,2.9", EPSG4326).parts == ((2.7, 50.3, 2.9, 50.5),)


def test_lambert_93_metres_become_degrees():
    ((west, south, east, north),) = parse_bbox("680000,7030000,690000,7040000", EPSG2154).parts
    assert (round(west, 2), round(south, 2)) == (2.72, 50.37)
    assert (round(east, 2), round(north, 2)) == (2.86, 50.46)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,0,1,1",
        "inf,0,1,1",
        "2,51,3,50",
        "2,50,3,91",
        "200,0,201,1",
        "0,0,5,1,1,1",
        "2_0,50,3_0,51",
        "２,50,3,51",
        "٢,50,3,51",
    ],
)
def test_what_is_no_box_is_refused_by_name(text):
    with pytest.raises(BadParameter) as refusal:
        parse_bbox(text, CRS84)
    assert refusal.value.parameter == "bbox"
