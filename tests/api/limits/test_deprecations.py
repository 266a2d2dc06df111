from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.checks import run_checks
from django.utils import timezone

from geodata import deprecations
from geodata.deprecations import Deprecation
from tests.factories.cabanes import cabane

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"
BEGIN, END = datetime(2027, 1, 15, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)
DECLARED = (
    Deprecation(kind="parameter", name="bbox-crs", path=r"/api/collections/[^/]+/items", deprecated_at=BEGIN, sunset_at=END, instead="Prenez crs."),
    Deprecation(kind="address", name="/api/snapshot", path=r"/api/snapshot(/.*)?", deprecated_at=BEGIN, link="https://parcs.example/note"),
)  # fmt: skip


@pytest.fixture
def announced(monkeypatch):
    monkeypatch.setattr(deprecations, "_declared", lambda _dotted: DECLARED)


def test_a_request_that_uses_what_goes_away_is_told_the_instants(client, announced):
    answer = client.get(f"{ITEMS}?bbox=2,50,3,51&bbox-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84")
    assert answer["Deprecation"] == "@1799971200"
    assert answer["Sunset"] == "Thu, 15 Jul 2027 12:00:00 GMT"
    assert '<http://testserver/partenaires/changements/>; rel="deprecation"; type="text/html"' in answer["Link"]
    assert 'rel="sunset"' in answer["Link"]
    assert 'rel="self"' in answer["Link"]


def test_a_request_that_does_not_is_told_nothing(client, announced):
    answer = client.get(ITEMS)
    assert "Deprecation" not in answer
    assert "Sunset" not in answer


def test_an_address_without_an_end_has_no_sunset(client, announced):
    answer = client.get("/api/snapshot/cabanes")
    assert answer["Deprecation"] == "@1799971200"
    assert "Sunset" not in answer
    assert '<https://parcs.example/note>; rel="deprecation"' in answer["Link"]


def test_openapi_marks_what_goes_away(client, announced):
    paths = client.get("/api/openapi.json").json()["paths"]
    parameters = {
        each["name"]: each.get("deprecated") for each in paths["/collections/cabanes/items"]["get"]["parameters"]
    }
    assert (parameters["bbox-crs"], parameters["bbox"]) == (True, None)
    assert paths["/snapshot/cabanes"]["get"]["deprecated"] is True
    assert "deprecated" not in paths["/collections/cabanes/items"]["get"]


def test_after_the_end_an_address_is_gone_and_a_parameter_refused(client, monkeypatch):
    gone = replace(DECLARED[1], sunset_at=END, instead="Prenez /api/changes.")
    monkeypatch.setattr(deprecations, "_declared", lambda _dotted: (DECLARED[0], gone))
    crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    asked = {
        "/api/snapshot/cabanes": 410,
        f"{ITEMS}?bbox=2,50,3,51&bbox-crs={crs}": 400,
        f"{ITEMS}?bbox=2,50,3,51": 200,
    }
    for now, is_over in ((END - timedelta(seconds=1), False), (END, True)):
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        for address, status in asked.items():
            answer = client.get(address)
            assert answer.status_code == (status if is_over else 200), (address, now)
            if answer.status_code != 200:
                assert answer["Content-Type"] == "application/problem+json"
                assert answer["Sunset"] == "Thu, 15 Jul 2027 12:00:00 GMT"
                assert "2027-07-15" in answer.json()["detail"]
    assert client.get("/api/snapshot/cabanes").json()["detail"].endswith("Prenez /api/changes.")
    assert client.get(f"{ITEMS}?bbox-crs={crs}").json()["parameter"] == "bbox-crs"


def test_openapi_no_longer_has_what_ended(client, monkeypatch):
    gone = replace(DECLARED[1], sunset_at=END)
    monkeypatch.setattr(deprecations, "_declared", lambda _dotted: (DECLARED[0], gone))
    for now, is_over in ((END - timedelta(seconds=1), False), (END, True)):
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        paths = client.get("/api/openapi.json").json()["paths"]
        names = {each["name"] for each in paths["/collections/cabanes/items"]["get"]["parameters"]}
        assert ("bbox-crs" not in names, "/snapshot/cabanes" not in paths) == (is_over, is_over)
        assert "bbox" in names
        assert "/changes" in paths


def test_a_property_that_ended_and_is_still_published_fails_the_check(client, monkeypatch):
    announced = [
        Deprecation(kind="property", name=name, path=path, deprecated_at=BEGIN, sunset_at=END)
        for name, path in (("kind", r"/api/collections/cabanes/items(/.*)?"), ("taken_out", r"/api/collections/.*"))
    ]
    monkeypatch.setattr(deprecations, "_declared", lambda _dotted: announced)
    for now, found in (
        (END - timedelta(seconds=1), []),
        (END, ["cabanes.kind is published after its end, 2027-07-15."]),
    ):
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert [each.msg for each in run_checks() if each.id == "geodata.W001"] == found
        assert ("Sunset" in client.get(ITEMS)) == (not found)


@pytest.mark.parametrize(
    ("begin", "earliest"),
    [
        (datetime(2027, 1, 15, tzinfo=UTC), datetime(2027, 7, 15, tzinfo=UTC)),
        (datetime(2027, 8, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_nothing_ends_less_than_six_months_after_it_was_announced(begin, earliest):
    given = {"kind": "parameter", "name": "old", "path": "/", "deprecated_at": begin}
    assert Deprecation(**given, sunset_at=earliest).sunset_at == earliest
    with pytest.raises(ValueError, match="six months"):
        Deprecation(**given, sunset_at=earliest - timedelta(seconds=1))
    with pytest.raises(ValueError, match="no kind"):
        Deprecation(**given | {"kind": "colour"})


@pytest.mark.parametrize("path", [ITEMS, f"{ITEMS}?bbox=2,50,3,51", f"{ITEMS}/{{uuid}}"])
def test_who_has_it_already_is_told_as_well_and_not_answered_for_ever(client, monkeypatch, site, path):
    path = path.format(uuid=cabane().uuid)
    declared = Deprecation(kind="address", name=ITEMS, path=rf"{ITEMS}(/.*)?", deprecated_at=BEGIN, sunset_at=END)
    kept = {"if_none_match": client.get(path)["ETag"]}
    status, headers, _body = site.get(path, **kept)
    assert (status, site.reached, "Deprecation" in headers) == (304, 0, False)
    monkeypatch.setattr(deprecations, "_declared", lambda _dotted: (declared,))
    status, headers, _body = site.get(path, **kept)
    assert (status, headers["Sunset"]) == (304, "Thu, 15 Jul 2027 12:00:00 GMT")
    monkeypatch.setattr(timezone, "now", lambda: END)
    assert site.get(path, **kept)[0] == 410


def test_who_has_an_answer_without_the_parameter_that_goes_away_is_answered_at_once(client, site, announced):
    cabane()
    kept = {"if_none_match": client.get(ITEMS)["ETag"]}
    assert (site.get(ITEMS, **kept)[0], site.reached) == (304, 0)


def test_the_change_log_says_of_which_collections_a_property_goes_away(client, monkeypatch):
    path = r"/api/collections/(cabanes|parcs)/items(/.*)?"
    own = Deprecation(kind="property", name="kind", path=path, deprecated_at=BEGIN, sunset_at=END)
    monkeypatch.setattr(deprecations, "_declared", lambda _dotted: (own, DECLARED[1]))
    told = client.get("/api/changelog").json()["deprecations"]
    assert [(each["name"], each["collections"]) for each in told] == [
        ("kind", ["parcs", "cabanes"]),
        ("/api/snapshot", []),
    ]
    assert (
        "<code>kind</code><br><small>Parcs, Cabanes</small>" in client.get("/partenaires/changements/").content.decode()
    )
