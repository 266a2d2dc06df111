import pytest

from geodata.formats.choice import GEOJSON, HTML, choose
from geodata.problems import BadParameter, NotAcceptable

OFFERED = (GEOJSON, HTML)


@pytest.mark.parametrize(
    ("accept", "f", "chosen"),
    [
        ("", None, GEOJSON),
        ("*/*", None, GEOJSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None, HTML),
        ("application/json", None, GEOJSON),
        ("application/geo+json;q=0.5, text/html;q=0.9", None, HTML),
        ("text/html", "json", GEOJSON),
        ("", "html", HTML),
    ],
)
def test_choice(accept, f, chosen):
    assert choose(accept, f, OFFERED) is chosen


def test_refusals():
    with pytest.raises(BadParameter):
        choose("", "gml", OFFERED)
    with pytest.raises(NotAcceptable):
        choose("image/png", None, OFFERED)
