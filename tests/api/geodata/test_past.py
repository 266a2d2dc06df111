"""Reading the past: items, item, downloads and tiles as they were, and what must never be among it."""

import csv
import io
from datetime import UTC, datetime

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from cabanes.models import Cabane
from geodata.models import Revision
from geodata.queries import past
from tests.api.geodata.bygone import ITEMS, at, cabane, change, commit, names
from tests.api.geodata.test_tiles import address
from tests.factories.parcs import autorite, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def decoded(answer):
    """What a tile tells, whatever the order of its features."""
    layers = mapbox_vector_tile.decode(answer.content)
    return {name: sorted(layer["features"], key=str) for name, layer in layers.items()}


def test_items_are_those_of_the_instant(client):
    before = commit()
    thing = cabane(name_fr="Un")
    first = commit()
    second = change(thing, name_fr="Deux")
    third = change(thing, status="archived")
    fourth = change(thing, deleted_at=timezone.now())
    assert [names(client, each) for each in (before, first, second, third, fourth)] == [[], ["Un"], ["Deux"], [], []]


@pytest.mark.parametrize("instant", ["1969-12-31", "1969-12-31T23:59:59.999999Z", "0001-01-01"])
def test_before_there_was_anything_all_is_empty(client, instant):
    cabane()
    for query in ("", "&f=csv", "&limit=1"):
        answer = client.get(f"{ITEMS}?as-of={instant}{query}")
        assert answer.status_code == 200
        assert answer["ETag"]
    assert client.get(f"{ITEMS}?as-of={instant}").json()["features"] == []
    assert client.get(address("cabanes", 12), {"as-of": instant}).status_code == 204
    asked = client.get(ITEMS, headers={"Accept-Datetime": "Wed, 31 Dec 1969 23:59:59 GMT"})
    assert client.get(asked["Location"]).status_code == 200


def test_changes_of_one_transaction_show_at_once_or_not_at_all(client):
    begun = commit()
    cabane(name_fr="Un")
    between = datetime.now(UTC)
    cabane(name_fr="Deux")
    done = commit()
    instants = set(Revision.objects.filter(collection="cabanes", at__gt=begun).values_list("at", flat=True))
    assert len(instants) == 1
    assert names(client, instants.pop()) == names(client, between) == names(client, done) == ["Un", "Deux"]


def test_filters_boxes_words_and_counts_are_those_of_the_instant(client):
    thing = cabane(name_fr="Héron", geom=Point(2.80, 50.40, srid=4326))
    then = commit()
    change(thing, name_fr="Busard", geom=Point(2.90, 50.45, srid=4326))
    assert names(client, then, bbox="2.79,50.39,2.81,50.41") == ["Héron"]
    assert names(client, then, bbox="2.89,50.44,2.91,50.46") == []
    assert names(client, then, q="heron") == ["Héron"]
    assert names(client, then, q="busard") == []
    assert names(client, then, filter="name_fr = 'Héron'") == ["Héron"]
    assert client.get(ITEMS, {"as-of": at(then)}).json()["numberMatched"] == 1


def test_datetime_filters_among_the_closures_of_the_instant(client):
    from tests.factories.alertes import fermeture

    closure = fermeture(starts_at=datetime(2026, 3, 1, tzinfo=UTC), ends_at=datetime(2026, 3, 9, tzinfo=UTC))
    then = commit()
    type(closure).objects.filter(pk=closure.pk).update(ends_at=datetime(2026, 3, 2, tzinfo=UTC))
    commit()
    url = "/api/collections/fermetures/items"
    asked = {"datetime": "2026-03-08", "as-of": at(then)}
    assert len(client.get(url, asked).json()["features"]) == 1
    assert client.get(url, {"datetime": "2026-03-08"}).json()["features"] == []


def test_a_walk_goes_on_at_its_instant(client):
    things = [cabane(name_fr=f"C{n}") for n in range(5)]
    then = commit()
    change(things[3], name_fr="autre")
    change(things[4], status="archived")
    url, found = f"{ITEMS}?limit=2&as-of={at(then)}", []
    while url:
        page = client.get(url).json()
        found += [each["properties"]["name_fr"] for each in page["features"]]
        url = next((each["href"] for each in page["links"] if each["rel"] == "next"), None)
    assert found == ["C0", "C1", "C2", "C3", "C4"]


def test_a_day_is_its_end_where_the_network_is(client, monkeypatch):
    thing = cabane(name_fr="Un")
    Revision.objects.filter(uuid=thing.uuid).update(at=datetime(2026, 3, 3, 22, 59, tzinfo=UTC))
    change(thing, name_fr="Deux")
    Revision.objects.filter(id=Cabane.objects.get().revision).update(at=datetime(2026, 3, 3, 23, 1, tzinfo=UTC))
    assert [each["properties"]["name_fr"] for each in client.get(f"{ITEMS}?as-of=2026-03-03").json()["features"]] == [
        "Un"
    ]
    assert [each["properties"]["name_fr"] for each in client.get(f"{ITEMS}?as-of=2026-03-04").json()["features"]] == [
        "Deux"
    ]
    assert client.get(f"{ITEMS}?as-of=2026-03-02").json()["features"] == []


@pytest.mark.parametrize(
    "text", ["hier", "2026-02-30", "2026-03-03T10:00:00", "2026-03-03/..", "", "9999-12-31", "0000-01-01"]
)
@pytest.mark.parametrize(
    "url",
    [
        ITEMS,
        f"{ITEMS}/01a20d43-6f98-7afd-8cba-5b2394932c26",
        address("cabanes", 12),
        "/api/tiles/WebMercatorQuad/12/1381/2079",
    ],
)
def test_what_is_no_instant_of_the_past_is_refused_by_name(client, url, text):
    answer = client.get(url, {"as-of": text})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "as-of"


def test_an_instant_before_everything_is_empty(client):
    thing = cabane()
    commit()
    assert client.get(f"{ITEMS}?as-of=1999-01-01").json()["features"] == []
    assert client.get(f"{ITEMS}/{thing.uuid}?as-of=1999-01-01").status_code == 410
    assert client.get(address("cabanes", 12) + "?as-of=1999-01-01").status_code == 204


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["gpx", "kml"])
def test_what_a_file_of_the_past_says_of_closures_is_of_its_instant(client, form):
    from tests.factories.alertes import fermeture

    area = "MULTIPOLYGON(((2.7 50.3, 2.9 50.3, 2.9 50.5, 2.7 50.5, 2.7 50.3)))"
    cabane(name_fr="Un")
    first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    fermeture(title_fr="Crue de mars", starts_at=first, ends_at=last, geom=f"SRID=4326;{area}")
    Revision.objects.update(at=first)
    then, later = (
        client.get(ITEMS, {"as-of": day, "f": form}).getvalue().decode() for day in ("2026-03-05", "2026-03-20")
    )
    assert "Crue de mars" in then
    assert "Crue de mars" not in later
    if form == "gpx":
        assert "<time>2026-03-05T22:59:59Z</time>" in then


def test_accept_datetime_leads_to_the_state(client):
    thing = cabane()
    commit()
    answer = client.get(f"{ITEMS}/{thing.uuid}", headers={"Accept-Datetime": "Tue, 03 Mar 2026 10:00:00 GMT"})
    assert answer.status_code == 302
    assert "as-of=2026-03-03T10" in answer["Location"]
    assert "Accept-Datetime" in answer["Vary"]
    assert 'rel="original timegate"' in answer["Link"]
    for date in ("hier", "Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +9999999999999"):
        assert client.get(ITEMS, headers={"Accept-Datetime": date}).status_code == 400, date


@pytest.mark.django_db(transaction=True)
def test_csv_is_of_the_instant(client):
    thing = cabane(name_fr="Un")
    then = commit()
    change(thing, name_fr="Deux")
    answer = client.get(ITEMS, {"as-of": at(then), "f": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["name_fr"] for row in rows] == ["Un"]


@pytest.mark.parametrize("zoom", [6, 11, 12, 14, 16])
def test_tiles_are_of_the_instant(client, zoom):
    things = [cabane(geom=Point(2.805 + n * 1e-5, 50.405, srid=4326)) for n in range(3)]
    parc()
    sentier()
    urls = [address(name, zoom) for name in ("cabanes", "parcs", "sentiers")] + [
        address("x", zoom).replace("collections/x/", "")
    ]
    shown = [decoded(client.get(url)) for url in urls]
    then = commit()
    change(things[0], status="archived")
    change(things[1], geom=Point(2.9, 50.45, srid=4326))
    for url, content in zip(urls, shown, strict=True):
        answer = client.get(f"{url}?as-of={at(then)}")
        assert decoded(answer) == content
        assert answer["Memento-Datetime"]


def test_crowded_shapes_are_counted_then_as_now(client, monkeypatch):
    from geodata.tiles import mvt

    monkeypatch.setattr(mvt, "MOST_SHAPES", 2)
    lines = [sentier() for _ in range(3)]
    now = client.get(address("sentiers", 8)).content
    then = commit()
    type(lines[0]).objects.filter(pk=lines[0].pk).update(status="archived")
    commit()
    assert client.get(address("sentiers", 8) + f"?as-of={at(then)}").content == now


def test_what_was_hidden_never_shows(client):
    authority = autorite()
    draft = cabane(name_fr="Brouillon", status="draft", authority=authority)
    first = change(draft, name_fr="Brouillon 2")
    second = change(draft, name_fr="Publiée", status="published")
    third = change(draft, name_fr="Retirée", status="archived")
    fourth = change(draft, name_fr="Retirée encore")
    for seer in (None, member(authority=authority)):
        if seer is not None:
            client.force_login(seer)
        assert [names(client, each) for each in (first, second, third, fourth)] == [[], ["Publiée"], [], []]
    told = client.get(f"{ITEMS}/{draft.uuid}/versions").content.decode()
    assert "Brouillon" not in told
    assert "Retirée" not in told
    assert client.get(f"{ITEMS}/{draft.uuid}?as-of={at(first)}").status_code == 410


def test_history_written_before_a_property_gives_null(client):
    thing = cabane(name_fr="Un", lit=True)
    then = commit()
    change(thing, name_fr="Deux")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geodata_revision SET before = before - 'lit' - 'name_en' WHERE uuid = %s", [thing.uuid])
    (feature,) = client.get(ITEMS, {"as-of": at(then)}).json()["features"]
    assert feature["properties"]["name_fr"] == "Un"
    assert feature["properties"]["lit"] is None
    assert feature["properties"]["name_en"] is None


def test_querysets_read_the_past_and_come_back():
    thing = cabane(name_fr="Un")
    then = commit()
    change(thing, name_fr="Deux")
    with past.at(past.moment(then).revision):
        assert Cabane.objects.get().name_fr == "Un"
    assert Cabane.objects.get().name_fr == "Deux"


def test_the_conformance_names_the_draft_and_declares_no_class(client):
    document = client.get("/api/conformance?f=json").json()
    assert any("versioned-features" in each["href"] for each in document["links"])
    assert not any("version" in each for each in document["conformsTo"])
    assert client.get("/api/collections/cabanes?f=json").json()["versioning"]["timeAxis"] == "transaction-time"
