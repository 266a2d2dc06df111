"""The versions of one record, what caches may keep of a past state, and what is erased from it."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from cabanes.actions import cabanes
from cabanes.models import Cabane
from geodata.changes import recording
from geodata.endpoints import validators
from geodata.models import Erasure, Revision, Tombstone
from tests.api.geodata.bygone import ITEMS, an_hour_ago, at, cabane, change, commit, names
from tests.factories.parcs import autorite, member, user

pytestmark = pytest.mark.django_db


def test_item_at_an_instant_links_its_versions(client):
    thing = cabane(name_fr="Un")
    first = commit()
    second = change(thing, name_fr="Deux")
    change(thing, name_fr="Trois")
    answer = client.get(f"{ITEMS}/{thing.uuid}?as-of={at(second)}")
    assert answer.json()["properties"]["name_fr"] == "Deux"
    by_rel = {each["rel"]: each["href"] for each in answer.json()["links"]}
    assert client.get(by_rel["predecessor-version"]).json()["properties"]["name_fr"] == "Un"
    assert client.get(by_rel["successor-version"]).json()["properties"]["name_fr"] == "Trois"
    assert client.get(by_rel["canonical"]).json()["properties"]["name_fr"] == "Deux"
    assert by_rel["latest-version"] == by_rel["original"] == by_rel["timegate"]
    assert client.get(by_rel["latest-version"]).json()["properties"]["name_fr"] == "Trois"
    assert answer["Memento-Datetime"].endswith("GMT")
    oldest = client.get(f"{ITEMS}/{thing.uuid}?as-of={at(first)}").json()["links"]
    assert "predecessor-version" not in {each["rel"] for each in oldest}


def test_the_present_item_links_its_history(client):
    thing = cabane()
    by_rel = {each["rel"]: each["href"] for each in client.get(f"{ITEMS}/{thing.uuid}").json()["links"]}
    assert client.get(by_rel["version-history"]).status_code == 200
    assert client.get(by_rel["timemap"])["Content-Type"] == "application/link-format"


def test_versions_say_what_changed_and_never_who(client):
    authority = autorite(code="TIENT")
    thing = cabane(name_fr="Un", authority=authority)
    commit()
    change(thing, name_fr="Deux", lit=True)
    change(thing, status="archived")
    change(thing, status="published", name_fr="Trois")
    change(thing, deleted_at=timezone.now())
    answer = client.get(f"{ITEMS}/{thing.uuid}/versions").json()
    assert [each["op"] for each in answer["versions"]] == ["delete", "publish", "unpublish", "change", "publish"]
    assert answer["versions"][3]["changed"] == ["name_fr", "lit"]
    assert {each["authority"] for each in answer["versions"]} == {"TIENT"}
    assert set(answer["versions"][0]) == {"revision", "at", "op", "reason", "authority", "changed"}
    shown = [each["links"][0]["href"] for each in answer["versions"] if "links" in each]
    assert [client.get(url).json()["properties"]["name_fr"] for url in shown] == ["Trois", "Deux", "Un"]
    assert client.get(f"{ITEMS}/{thing.uuid}").status_code == 410


def test_versions_are_paged_and_a_draft_has_none(client):
    thing, draft = cabane(), cabane(status="draft")
    for n in range(4):
        commit()
        change(thing, name_fr=f"N{n}")
    url, seen = f"{ITEMS}/{thing.uuid}/versions?limit=2", []
    while url:
        page = client.get(url).json()
        seen += [each["revision"] for each in page["versions"]]
        url = next((each["href"] for each in page["links"] if each["rel"] == "next"), None)
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5
    assert client.get(f"{ITEMS}/{draft.uuid}/versions").status_code == 404
    assert client.get(f"{ITEMS}/{thing.uuid}/versions?f=html").status_code == 200


def test_the_page_of_versions_says_why_and_what_took_over(client):
    kept, thing = cabane(slug="gardee"), cabane(slug="doublon")
    cabanes.delete(thing.uuid, by=user(is_superuser=True), reason="doublon de la Vigie", successor=kept.uuid)
    text = client.get(f"{ITEMS}/{thing.uuid}/versions?f=html").content.decode()
    assert '<td role="cell" data-column="Raison">doublon de la Vigie</td>' in text
    assert f'fusion → <a href="{ITEMS}/{kept.uuid}">' in text


def test_pages_say_values_as_their_json_does_and_stay_in_the_past(client):
    thing = cabane(materials=["bois", "l’osier"], height_m=6.5, lit=False)
    then = at(commit())
    for url in (f"{ITEMS}/{thing.uuid}?f=html", f"{ITEMS}?f=html&properties=materials,height_m,lit"):
        text = client.get(url).content.decode()
        for value in ("[&quot;bois&quot;, &quot;l’osier&quot;]", ">6.5<", ">false<"):
            assert value in text, (url, value)
    change(thing, lit=True)
    listed = client.get(f"{ITEMS}?f=html&properties=lit&as-of={then}").content.decode()
    (onward,) = re.findall(rf'href="({ITEMS}/{thing.uuid}[^"]*)"', listed)
    assert ">false<" in client.get(f"{onward}&f=html").content.decode()


def test_what_nothing_can_change_is_kept_by_caches(client):
    thing = cabane(name_fr="Un")
    then = commit()
    open_answer = client.get(ITEMS, {"as-of": at(then)})
    assert open_answer["Cache-Control"] == "public, no-cache"
    change(thing, name_fr="Deux")
    assert client.get(ITEMS, {"as-of": at(then)})["Cache-Control"] == "public, no-cache"
    then = an_hour_ago(then)
    open_answer = client.get(ITEMS, {"as-of": at(then)})
    settled = client.get(ITEMS, {"as-of": at(then)})
    assert settled["Cache-Control"] == "public, max-age=86400, immutable"
    assert not settled["ETag"].startswith("W/")
    assert client.get(ITEMS, {"as-of": at(then)}).content == settled.content == open_answer.content
    assert client.get(ITEMS, {"as-of": at(then)}, headers={"If-None-Match": settled["ETag"]}).status_code == 304


def test_a_running_day_is_kept_by_no_cache(client):
    thing = cabane(name_fr="Un")
    commit()
    change(thing, name_fr="Deux")
    Revision.objects.filter(id=Cabane.objects.get().revision).update(at=timezone.now() + timedelta(hours=1))
    answer = client.get(ITEMS, {"as-of": timezone.localdate().isoformat()})
    assert [each["properties"]["name_fr"] for each in answer.json()["features"]] == ["Un"]
    assert answer["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("query", ["", "&f=html"])
def test_a_past_state_of_a_restored_backup_another_release_or_language_is_another(client, monkeypatch, query):
    cabane(name_fr="Un")
    then = commit()
    url = f"{ITEMS}?as-of={at(then)}{query}"
    etag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(url, headers={"If-None-Match": etag, "Accept-Language": "en"}).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(validators, "release", lambda: "autre")
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 200
    Revision.objects.update(at=F("at") - timedelta(seconds=1))
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", ["", "item"])
def test_a_page_of_the_past_is_that_of_who_signed_in(client, path):
    thing = cabane(name_fr="Un")
    then = commit()
    url = f"{ITEMS}/{thing.uuid}" if path else ITEMS
    asked = {"as-of": at(then), "f": "html"}
    client.force_login(member())
    etag = client.get(url, asked)["ETag"]
    assert etag.startswith("W/")
    assert client.get(url, asked, headers={"If-None-Match": etag}).status_code == 304
    client.logout()
    assert client.get(url, asked, headers={"If-None-Match": etag}).status_code == 200


def test_what_is_erased_from_the_history_is_in_no_past_state(client):
    thing = cabane(name_fr="Un", story_fr="Raconté par Jeanne")
    then = commit()
    change(thing, name_fr="Deux", story_fr="")
    kept = client.get(ITEMS, {"as-of": at(then)})
    assert "Jeanne" in kept.content.decode()
    call_command(
        "forget", "cabanes", str(thing.uuid), field=["story_fr"], why="demandé le 3 mars", stdout=io.StringIO()
    )
    now = client.get(ITEMS, {"as-of": at(then)})
    assert "Jeanne" not in now.content.decode()
    assert now["ETag"] != kept["ETag"]
    assert names(client, then) == ["Un"]
    assert Erasure.objects.get().fields == ["story_fr"]


def test_what_was_said_of_a_deletion_is_erased_everywhere(client):
    thing = cabane()
    with recording(by=None, reason="vu par Jeanne", note="proposition de jeanne"):
        Cabane.objects.filter(pk=thing.pk).update(deleted_at="2026-11-20T10:00:00Z")
    assert client.get(f"{ITEMS}/{thing.uuid}").json()["reason"] == "vu par Jeanne"
    call_command("forget", "cabanes", str(thing.uuid), reasons=True, why="demandé le 3 mars", stdout=io.StringIO())
    assert client.get(f"{ITEMS}/{thing.uuid}").json()["reason"] == ""
    assert Tombstone.objects.get(uuid=thing.uuid).reason == ""
    assert set(Revision.objects.filter(uuid=thing.uuid).values_list("reason", "note")) == {("", "")}


@pytest.mark.parametrize("field", ["uuid", "geom", "nothing"])
def test_what_the_history_stands_on_is_not_erased(field):
    thing = cabane()
    with pytest.raises(CommandError, match=field):
        call_command("forget", "cabanes", str(thing.uuid), field=[field], why="essai", stdout=io.StringIO())
