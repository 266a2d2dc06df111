"""The change feed as a page for people."""

import pytest

from cabanes.models import Cabane
from geodata.changes import recording
from tests.api.geodata.writing import items, send
from tests.factories.cabanes import cabane as made
from tests.factories.parcs import autorite, user

pytestmark = pytest.mark.django_db
URL = "/api/changes"


@pytest.fixture(autouse=True)
def owner():
    """An authority that is there before the tests look."""
    return autorite(code="TENUE")


@pytest.fixture
def cabane(owner):
    return lambda **values: made(authority=owner, **values)


@pytest.fixture
def since(client):
    """The cursor of a reader who has everything that is there."""
    return lambda: client.get(URL).json()["cursor"]


def page(client, **parameters):
    answer = client.get(
        URL, parameters, headers={"Accept": "text/html", "Accept-Language": parameters.pop("language", "fr")}
    )
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8"), answer.content
    return answer


def test_a_person_reads_the_changes_as_a_page(client, cabane, since):
    begin = since()
    shown, gone, merged = (cabane(name_fr=name) for name in ("Vigie", "Partie", "Doublon"))
    with recording(by=None, reason="la commune l’a reprise"):
        Cabane.objects.filter(pk=gone.pk).update(status="archived")
    boss = user(is_superuser=True)
    address = f"{items('cabanes')}/{merged.uuid}?successor={shown.uuid}"
    assert send(client, "delete", address, None, boss).status_code == 204
    cabane(name_fr="Brouillon", status="draft")
    answer = page(client, since=begin)
    text = answer.content.decode()
    entries = [(each.op, name, heir) for each, _of, name, heir in answer.context["entries"]]
    assert entries == [
        ("upsert", "Vigie", None), ("upsert", None, None), ("upsert", None, None), ("unpublish", None, None), ("merge", None, "Vigie"),
    ]  # fmt: skip
    assert f'href="/api/collections/cabanes/items/{shown.uuid}"' in text
    assert f'href="/api/collections/cabanes/items/{gone.uuid}"' not in text
    assert "la commune l’a reprise" in text
    assert not [word for word in ("Partie", "Doublon", "Brouillon") if word in text]
    assert answer["Changes-Cursor"] == client.get(URL, {"since": begin}).json()["cursor"]
    assert "withdrawn" in page(client, since=begin, language="en").content.decode()
    assert client.get(URL, {"since": begin})["Content-Type"] == "application/json"


def test_pages_of_changes_lead_to_the_next_and_are_bounded(
    client, cabane, since, monkeypatch, django_assert_max_num_queries
):
    begin = since()
    for name in "abcde":
        cabane(name_fr=name)
    seen, address = [], f"{URL}?since={begin}&limit=2&f=html"
    while address:
        with django_assert_max_num_queries(5):
            answer = client.get(address, headers={"Accept": "*/*"})
        seen.append([name for _each, _of, name, _heir in answer.context["entries"]])
        address = answer.context["next"]
        assert (f'href="{address}"'.replace("&", "&amp;") in answer.content.decode()) == bool(address)
    assert seen == [["a", "b"], ["c", "d"], ["e"]]
    assert "Rien de nouveau" in page(client, since=since()).content.decode()
    monkeypatch.setattr("geodata.endpoints.changes.AT_ONCE", 3)
    assert len(page(client, since=begin, limit=10_000).context["entries"]) == 3
    assert (
        client.get(URL, {"since": "x"}, headers={"Accept": "text/html"})["Content-Type"] == "application/problem+json"
    )
