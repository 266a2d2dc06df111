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
        ("application/json;q=0, application/geo+json;q=0, */*", None, HTML),
        ("text/*;q=0.4, application/*;q=0.3", None, HTML),
        ("application/geo+json;q=0.1, */*", None, HTML),
        ("application/geo+json;q=0.1, text/html;q=0, */*", None, GEOJSON),
        ("text/html;q=none, */*;q=0.1", None, GEOJSON),
        ("text/html;Q=0.1, application/geo+json;q=0.5", None, GEOJSON),
        ("text/html", "json", GEOJSON),
        ("", "html", HTML),
    ],
)
def test_choice(accept, f, chosen):
    assert choose(accept, f, OFFERED) is chosen


def test_refusals():
    with pytest.raises(BadParameter):
        choose("", "gml", OFFERED)
    for accept in ("image/png", "application/*;q=0, text/html;q=0", "*/*;q=0", ",;", "*"):
        with pytest.raises(NotAcceptable):
            choose(accept, None, OFFERED)
