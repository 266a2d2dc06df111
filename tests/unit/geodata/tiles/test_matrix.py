import pytest

from geodata.problems import NotFound
from geodata.tiles.matrix import Tile, parse_tile


def test_matrix_row_column():
    assert parse_tile("12", "1381", "2079") == Tile(12, 1381, 2079)


@pytest.mark.parametrize(
    "parts", [("1", "2", "0"), ("1", "0", "2"), ("x", "0", "0"), ("-1", "0", "0"), ("21", "0", "0"), ("1", "٣", "0")]
)
def test_what_is_no_tile_is_not_found(parts):
    with pytest.raises(NotFound):
        parse_tile(*parts)
