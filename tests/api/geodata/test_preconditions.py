"""Who asks for one state alone gets no other: `If-Match` and `If-Unmodified-Since` on reads and writes (RFC 9110 §13.2.2)."""

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from geodata.editing.reading import read_feature
from geodata.endpoints import writing
from geodata.models import Revision
from tests.api.geodata.test_door import TILE, through
from tests.api.geodata.writing import send
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"
TOO_LARGE = ("Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +9999999999999")
NOT_THIS = ('"x"', "x", "", '"x", W/"*"')


def asked(client, path, method="get", **headers):
    answer = getattr(client, method)(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer.getvalue()
    return answer


def dated(thing, **more):
    return format_datetime(thing.updated_at + timedelta(**more), usegmt=True)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", ["item", TILE])
def test_a_strong_validator_is_matched_as_it_was_told(client, path, method):
    thing = cabane()
    path = f"{ITEMS}/{thing.uuid}" if path == "item" else path
    etag = client.get(path)["ETag"]
    for wanted in (etag, f'"x", {etag}', "*", etag[:-1] + '-br"'):
        assert asked(client, path, method, If_Match=wanted).status_code == 200, wanted
    for wanted in (*NOT_THIS, f"W/{etag}"):
        assert asked(client, path, method, If_Match=wanted).status_code == 412, wanted
    # What would be 304 is judged first (§13.2.2).
    assert asked(client, path, method, If_Match='"x"', If_None_Match=etag).status_code == 412
    assert asked(client, path, method, If_Match=etag, If_None_Match=etag).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/collections", "/api/openapi.json", ITEMS, f"{ITEMS}?f=csv", f"{ITEMS}?f=html", "/api/changes"],
)
def test_a_weak_validator_or_none_is_matched_by_the_asterisk_alone(client, path):
    cabane()
    etag = asked(client, path).get("ETag", '"x"')
    refused = client.get(path, headers={"If-Match": etag})
    assert (refused.status_code, refused["Content-Type"]) == (412, "application/problem+json")
    assert json.loads(refused.content)["type"].endswith("/api/problems/precondition-failed")
    assert asked(client, path, If_Match="*").status_code == 200
    assert asked(client, f"{path}{'&' if '?' in path else '?'}zzz=1", If_Match="x").status_code == 400


@pytest.mark.parametrize("path", ["item", ITEMS, f"{ITEMS}?f=csv", TILE])
def test_a_read_is_refused_when_the_state_is_later(client, path):
    thing = cabane()
    path = f"{ITEMS}/{thing.uuid}" if path == "item" else path
    etag = asked(client, path)["ETag"]
    assert asked(client, path, If_Unmodified_Since=dated(thing, seconds=-2)).status_code == 412
    for date in (dated(thing), dated(thing, days=1), "yesterday", "0", *TOO_LARGE):
        assert asked(client, path, If_Unmodified_Since=date).status_code == 200, date
    if etag.startswith('"'):
        assert asked(client, path, If_Match=etag, If_Unmodified_Since=dated(thing, days=-1)).status_code == 200
    assert asked(client, "/api/collections", If_Unmodified_Since=dated(thing, days=-1)).status_code == 200


@pytest.mark.parametrize("name", ["HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"])
def test_the_door_leaves_the_judgement_to_django(client, name):
    path = f"{ITEMS}/{cabane().uuid}"
    etag = client.get(path)["ETag"]
    assert through(path, etag)[0] == 304
    assert through(path, etag, **{name: "x"})[0] == 200


def test_a_write_is_refused_when_the_feature_is_later(client):
    call = autorite()
    person, thing = member("publisher", call), cabane(authority=call)
    path, before = f"{ITEMS}/{thing.uuid}", {"If-Unmodified-Since": dated(thing, seconds=-2)}
    patch = {"properties": {"name_fr": "Autre"}}
    for method, body in (("patch", patch), ("delete", None)):
        refused = send(client, method, path, body, person, "application/merge-patch+json", **before)
        assert refused.status_code == 412
        assert json.loads(refused.content)["type"].endswith("/api/problems/stale-revision")
    now = {"If-Unmodified-Since": dated(thing)}
    assert send(client, "patch", path, patch, person, "application/merge-patch+json", **now).status_code == 200
    assert Revision.objects.latest("id").note == ""


@pytest.mark.parametrize("date", [{"seconds": 0}, {"days": 1}])
def test_who_writes_after_the_date_was_compared_is_not_overwritten(client, monkeypatch, date):
    call = autorite()
    person, thing = member("publisher", call), cabane(authority=call)
    path, headers = f"{ITEMS}/{thing.uuid}", {"If-Unmodified-Since": dated(thing, **date)}
    answers = []

    def patch(name):
        content = {"properties": {"name_fr": name}}
        return send(client, "patch", path, content, person, "application/merge-patch+json", **headers)

    def read(*given, **more):
        monkeypatch.setattr(writing, "read_feature", read_feature)
        answers.append(patch("Premier"))
        return read_feature(*given, **more)

    monkeypatch.setattr(writing, "read_feature", read)
    answers.append(patch("Second"))
    assert [each.status_code for each in answers] == [200, 412]
    thing.refresh_from_db()
    assert thing.name_fr == "Premier"


def test_a_date_that_is_met_is_the_condition_that_an_instance_demands(client, settings):
    settings.GEODATA_REQUIRE_IF_MATCH = True
    call = autorite()
    person, thing = member("publisher", call), cabane(authority=call)
    for date, code in (("yesterday", 428), ("Fri, 31 Dec 9999 23:59:59 GMT", 204)):
        headers = {"If-Unmodified-Since": date}
        assert send(client, "delete", f"{ITEMS}/{thing.uuid}", None, person, **headers).status_code == code
