"""The page of harvests: of my authorities only, with links to what asks for a person."""

import json
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, close_old_connections, connection

from cabanes.actions import cabanes
from cabanes.models import Cabane
from geodata import jobs
from geodata.harvest import tasks
from geodata.harvest.applying import Harvest
from geodata.harvest.running import LOCKS, harvest, is_at_work
from geodata.harvest.sources import read
from geodata.models import HarvestRun, Revision
from tests.contract.turmoil import dsn
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc
from tests.waiting import until

pytestmark = pytest.mark.django_db
SOURCES = """
[lac]
title = "Abris du lac"
url = "https://x.example/"
kind = "wfs"
layer = "abris"
collection = "cabanes"
id_field = "code"
authority = "PMA"
note = "À relire"
[autre]
title = "Une autre source"
url = "https://x.example/"
kind = "oapif"
collection = "parcs"
id_field = "code"
authority = "CALL"
"""


@pytest.fixture
def mine(tmp_path, settings):
    (tmp_path / "harvest.toml").write_text(SOURCES)
    settings.HARVEST_SOURCES = str(tmp_path / "harvest.toml")
    return autorite(code="PMA")


def test_sources_of_my_authorities_are_listed_with_their_last_run(client, mine):
    client.force_login(member("editor", mine))
    text = client.get("/gestion/moissons/").content.decode()
    assert "Abris du lac" in text
    assert "jamais moissonnée" in text
    assert "Une autre source" not in text
    assert client.get("/gestion/moissons/autre/").status_code == 404
    HarvestRun.objects.create(source="lac", collection="cabanes", counts={"new": 9})
    HarvestRun.objects.create(source="lac", collection="cabanes", counts={"updated": 2, "vanished": 1})
    text = client.get("/gestion/moissons/").content.decode()
    assert "mises à jour (2)" in text
    assert "disparues de la source (1)" in text
    assert "nouvelles (9)" not in text


def test_a_report_links_to_the_records_and_escapes_what_the_source_says(client, mine):
    there = cabane(authority=mine, status="draft")
    row = {"outcome": "new", "source_id": "A1", "name": "<b>Abri</b>", "uuid": str(there.uuid), "reason": {}}
    refused = {
        "outcome": "refused",
        "source_id": "A2",
        "name": "",
        "uuid": None,
        "reason": {"fr": "kind : inconnu", "nl": "kind: onbekend"},
    }
    HarvestRun.objects.create(
        source="lac", collection="cabanes", report=[row, refused], failure={"fr": "coupée", "nl": "afgebroken"}
    )
    client.force_login(member("editor", mine))
    text = client.get("/gestion/moissons/lac/").content.decode()
    assert f'<a href="/gestion/cabanes/{there.uuid}/">&lt;b&gt;Abri&lt;/b&gt;</a>' in text
    assert text.index("Refusées (1)") < text.index("Nouvelles (1)")
    assert "kind : inconnu" in text
    assert "coupée" in text
    assert "À relire" in text
    dutch = client.get("/nl/gestion/moissons/lac/").content.decode()
    assert ("kind: onbekend" in dutch, "afgebroken" in dutch, "coupée" in dutch) == (True, True, False)
    # What a language lacks is told in the site's own.
    assert "kind : inconnu" in client.get("/en/gestion/moissons/lac/").content.decode()


def test_others_sign_in_first_and_a_broken_file_shows_nothing(client, mine, settings):
    assert client.get("/gestion/moissons/").status_code == 302
    client.force_login(member("editor", mine))
    settings.HARVEST_SOURCES = "/nowhere.toml"
    assert "Aucune source" in client.get("/gestion/moissons/").content.decode()


def test_the_number_of_statements_is_that_of_the_sources_of_the_file(client, mine, django_assert_max_num_queries):
    for n in range(30):
        HarvestRun.objects.create(source="lac", collection="cabanes", counts={"new": n})
    client.force_login(member("editor", mine))
    with django_assert_max_num_queries(12):
        client.get("/gestion/moissons/")


@pytest.fixture
def file(mine, tmp_path, settings):
    """A source of the manager's authority: a file of this machine."""
    path = tmp_path / "lac.geojson"
    lines = (
        SOURCES.partition("[autre]")[0]
        .replace("https://x.example/", str(path))
        .replace('"wfs"', '"file"')
        .replace('layer = "abris"\n', "")
    )
    (tmp_path / "harvest.toml").write_text(f'{lines}\n[lac.fields]\nname_fr = "nom"\n')
    return path


def write(path, **names):
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "nom": name},
            "geometry": {"type": "Point", "coordinates": [2.8, 50.4]},
        }
        for code, name in names.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def sent(client, **values):
    return client.post("/gestion/moissons/lac/", values, follow=True).content.decode()


def harvested(user):
    return harvest(read()["lac"], by=user)


def test_a_manager_starts_a_harvest_sees_that_it_waits_and_what_came(client, mine, file):
    editor = member("editor", mine)
    client.force_login(editor)
    write(file, A1="Abri du lac")
    text = sent(client, verb="start")
    assert "La moisson est demandée." in text
    waiting = client.get("/gestion/moissons/lac/")
    assert ("en attente" in waiting.content.decode(), waiting["Refresh"]) == (True, "5")
    assert "déjà en cours" in sent(client, verb="start")
    run = HarvestRun.objects.get()
    tasks.run(uuid=str(run.uuid))
    done = client.get("/gestion/moissons/lac/")
    assert ("Nouvelles (1)" in done.content.decode(), "Refresh" in done) == (True, False)
    run.refresh_from_db()
    assert (run.state, run.asked_by, run.actor, run.counts) == ("ended", editor, editor, {"new": 1})
    # Given to a worker again: nothing is done twice.
    tasks.run(uuid=str(run.uuid))
    assert Revision.objects.filter(collection="cabanes").count() == 1


def test_the_account_that_the_source_names_harvests_for_who_asks(client, mine, file, tmp_path):
    (tmp_path / "harvest.toml").write_text(
        (tmp_path / "harvest.toml").read_text().replace("[lac]", '[lac]\naccount = "moisson"')
    )
    named = member("editor", mine, username="moisson")
    client.force_login(member("editor", mine))
    write(file, A1="Abri du lac")
    sent(client, verb="start")
    tasks.run(uuid=str(HarvestRun.objects.get().uuid))
    assert HarvestRun.objects.get().actor == named
    assert "demandée par" in client.get("/gestion/moissons/lac/").content.decode()


def test_a_source_that_is_gone_when_its_turn_comes_is_told(client, mine, file, tmp_path):
    client.force_login(member("editor", mine))
    write(file, A1="Abri du lac")
    sent(client, verb="start")
    text = (tmp_path / "harvest.toml").read_text()
    (tmp_path / "harvest.toml").write_text("")
    tasks.run(uuid=str(HarvestRun.objects.get().uuid))
    (tmp_path / "harvest.toml").write_text(text)
    assert "this source, or the account" in client.get("/en/gestion/moissons/lac/").content.decode().lower()


def test_a_list_where_a_name_is_meant_is_refused_alone(client, mine, file, tmp_path):
    with (tmp_path / "harvest.toml").open("a") as lines:
        lines.write('park = "parc"\n')
    park = parc(authority=mine)
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "nom": f"Abri {code}", "parc": named},
            "geometry": {"type": "Point", "coordinates": [2.8, 50.4]},
        }
        for code, named in (("A1", None), ("A2", [str(park.uuid), "b"]))
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    client.force_login(member("editor", mine))
    sent(client, verb="start")
    tasks.run(uuid=str(HarvestRun.objects.get().uuid))
    run = HarvestRun.objects.get()
    assert (run.state, run.failure, run.counts) == ("ended", {}, {"new": 1, "refused": 1})
    assert Cabane.objects.get().source_id == "A1"


def test_what_nobody_foresaw_ends_the_run_with_words_and_is_logged(client, mine, file, monkeypatch, caplog):
    def broken(*given):
        raise LookupError("no such luck")

    client.force_login(member("editor", mine))
    write(file, A1="Abri du lac")
    sent(client, verb="start")
    monkeypatch.setattr(Harvest, "take", broken)
    tasks.run(uuid=str(HarvestRun.objects.get().uuid))
    assert "no such luck" in caplog.text
    run = HarvestRun.objects.get()
    assert (run.state, run.ended_at is not None) == ("ended", True)
    text = client.get("/en/gestion/moissons/lac/").content.decode()
    assert ("unexpected error" in text, "no such luck" in text) == (True, False)
    monkeypatch.undo()
    assert harvested(member("editor", mine)).counts == {"new": 1}


@pytest.mark.django_db(transaction=True)
def test_a_run_that_loses_its_connection_is_gone_on_with(mine, file, monkeypatch):
    def cut(*given):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    write(file, A1="Abri du lac")
    asked = HarvestRun.objects.create(
        source="lac", collection="cabanes", state="waiting", asked_by=member("editor", mine)
    )
    asked.refresh_from_db()
    jobs.defer(tasks.run, uuid=str(asked.uuid))
    monkeypatch.setattr(Harvest, "take", cut)
    with pytest.raises(OperationalError):
        tasks.run(uuid=str(asked.uuid))
    # As the worker does around each job.
    close_old_connections()
    tasks.sweep()
    asked.refresh_from_db()
    assert asked.state == "applying"
    monkeypatch.undo()
    tasks.run(uuid=str(asked.uuid))
    asked.refresh_from_db()
    assert (asked.state, asked.failure, asked.counts) == ("ended", {}, {"new": 1})


def test_a_run_that_was_killed_is_ended_without_another_harvest(mine):
    killed = HarvestRun.objects.create(source="lac", collection="cabanes", state="applying")
    killed.refresh_from_db()
    with psycopg.connect(**dsn(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCKS, "lac"])
        tasks.sweep()
        killed.refresh_from_db()
        assert killed.state == "applying"
    assert until(lambda: not is_at_work("lac"))
    tasks.sweep()
    killed.refresh_from_db()
    assert (killed.state, killed.ended_at is not None, "arrêté avant la fin" in killed.failure["fr"]) == (
        "ended",
        True,
        True,
    )


def test_a_harvest_from_the_command_line_that_breaks_says_so_at_once(mine, file, monkeypatch):
    def broken(*given):
        raise LookupError("no such luck")

    write(file, A1="Abri du lac")
    monkeypatch.setattr(Harvest, "take", broken)
    with pytest.raises(LookupError):
        harvested(member("editor", mine))
    run = HarvestRun.objects.get()
    assert (run.state, "arrêté avant la fin" in run.failure["fr"]) == ("ended", True)


@pytest.mark.parametrize(("verb", "kept"), [("theirs", "Nouveau nom"), ("ours", "Nommé ici")])
def test_a_conflict_is_shown_side_by_side_and_decided(client, mine, file, verb, kept):
    editor = member("editor", mine)
    write(file, A1="Abri")
    harvested(editor)
    record = Cabane.objects.get()
    cabanes.update(record.uuid, {"name_fr": "Nommé ici"}, by=editor)
    write(file, A1="Nouveau nom")
    harvested(editor)
    client.force_login(editor)
    text = client.get("/gestion/moissons/lac/").content.decode()
    assert "À décider\xa0: modifiées ici et dans la source (1)" in text
    assert text.index("Nommé ici") < text.index("Nouveau nom")
    assert kept in sent(client, verb=verb, source_id="A1")
    record.refresh_from_db()
    assert record.name_fr == kept
    assert harvested(editor).counts == {"unchanged": 1}
    assert "À décider" not in client.get("/gestion/moissons/lac/").content.decode()
    # Told once; what the source says next is compared anew.
    write(file, A1="Encore un nom")
    assert harvested(editor).counts == ({"updated": 1} if verb == "theirs" else {"kept": 1})


def test_what_vanished_is_kept_or_put_away(client, mine, file):
    editor = member("editor", mine)
    write(file, A1="Un", A2="Deux", A3="Trois")
    harvested(editor)
    write(file, A3="Trois")
    harvested(editor)
    client.force_login(editor)
    assert "À décider\xa0: disparues de la source (2)" in client.get("/gestion/moissons/lac/").content.decode()
    assert "«\xa0Un\xa0» reste" in sent(client, verb="let_be", source_id="A1")
    assert "«\xa0Deux\xa0» est dans la corbeille" in sent(client, verb="bin", source_id="A2")
    assert set(Cabane.objects.alive().values_list("name_fr", flat=True)) == {"Un", "Trois"}
    assert harvested(editor).counts == {"unchanged": 1}
    assert "À décider" not in client.get("/gestion/moissons/lac/").content.decode()
    assert "Rien de tel" in sent(client, verb="bin", source_id="A2")
    assert "de nouveau" in sent(client, verb="bin", source_id="A3")


def test_what_is_public_is_taken_off_the_site_by_who_may_publish(client, mine, file):
    editor, publisher = member("editor", mine), member("publisher", mine)
    write(file, A1="Un")
    harvested(editor)
    record = Cabane.objects.get()
    cabanes.update(record.uuid, {"status": "published", "no_photo_reason": "à venir"}, by=publisher)
    write(file)
    harvest(read()["lac"], by=editor, trusting=True)
    client.force_login(editor)
    assert "rôle de publication" in sent(client, verb="archive", source_id="A1")
    client.force_login(publisher)
    assert "est retirée du site" in sent(client, verb="archive", source_id="A1")
    record.refresh_from_db()
    assert record.status == "archived"


def test_nobody_decides_or_starts_for_others(client, mine, file):
    write(file, A1="Un")
    harvested(member("editor", mine))
    for user, status in ((member("reader", mine), 404), (member("editor", autorite()), 404)):
        client.force_login(user)
        for verb in ("start", "bin"):
            assert client.post("/gestion/moissons/lac/", {"verb": verb, "source_id": "A1"}).status_code == status
    client.logout()
    assert client.post("/gestion/moissons/lac/", {"verb": "start"}).status_code == 401
    client.force_login(member("editor", mine))
    assert client.post("/gestion/moissons/lac/", {"verb": "nonsense"}).status_code == 404
    assert HarvestRun.objects.count() == 1


def test_the_command_speaks_the_language_that_is_asked_for(mine, file, monkeypatch):
    member("editor", mine, username="moisson")
    write(file, A1="Abri", A2="<b>gras</b>")

    def told(*options):
        out = StringIO()
        call_command("harvest", "lac", "--as", "moisson", *options, stdout=out)
        return out.getvalue()

    assert "1 nouvelles" in told()
    assert "1 unchanged" in told("--language", "en")
    monkeypatch.setenv("LANGUAGE", "nl_BE:fr")
    assert ("1 ongewijzigd" in told(), "HTML" in told()) == (True, True)
