import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS

from carte.models import ControleFlux
from carte.partenaires import health, judging
from geodata import announcements, registry
from geodata.catalogue import rules as dcat
from sentiers import schema_rules
from tests.factories.agenda import evenement
from tests.factories.cabanes import cabane
from tests.factories.carte import carte
from tests.factories.parcs import autorite, box, commune, member, parc, user
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def test_page_shows_count_rows_and_address_of_what_was_chosen(client):
    cabane(name_fr="Héron", kind="cabane_design")
    cabane(name_fr="L’abri", kind="abri")
    cabane(name_fr="Secret", kind="abri", status="draft")
    text = client.get("/partenaires/?collection=cabanes&kind=abri&format=csv").content.decode()
    assert "<strong>1</strong>" in text
    assert "L’abri" in text
    assert "Secret" not in text
    assert "http://testserver/api/collections/cabanes/items?f=csv&amp;kind=abri" in text
    assert '<option value="abri" selected>' in text


def test_what_a_format_leaves_out_is_counted_with_its_reason(client):
    for name, quality in (("Relevé", "surveyed"), ("Dessin", "schematic"), ("Autre dessin", "schematic")):
        sentier(name_fr=name, geom_quality=quality)
    page = "/partenaires/?collection=sentiers&format={}"
    text = client.get(page.format("gpx")).content.decode()
    assert "<strong>1</strong> fiche sur 3 dans le fichier GPX" in text
    assert "2 tracés schématiques ne sont pas dans ce fichier" in text
    assert client.get("/api/collections/sentiers/items?f=gpx")["Omitted-Features"] == "2"
    text = client.get("/en" + page.format("schema-randonnee")).content.decode()
    left = int(client.get("/api/collections/sentiers/items?f=schema-randonnee")["Omitted-Features"])
    assert f"<strong>{3 - left}</strong> record" in text
    assert "2 schematic lines are not in this file" in text
    assert "<strong>3</strong> fiches ·" in client.get(page.format("csv")).content.decode()


def test_what_cannot_be_read_is_said_beside_its_field(client):
    wrong = client.get("/partenaires/?bbox=1,2,3")
    assert wrong.status_code == 400
    assert 'id="p-bbox_error"' in wrong.content.decode()
    wrong = client.get("/partenaires/?filter=height_m %3E %27x%27")
    assert wrong.status_code == 400
    assert 'id="p-filter_error"' in wrong.content.decode()
    assert client.get("/partenaires/?kind=chateau").status_code == 400
    assert client.get("/partenaires/?collection=lunes&format=x").status_code == 200


def test_commune_and_dates_become_parameters_of_the_api(client):
    commune(insee_code="62498", name_fr="Lens", geom=box(2.7, 50.3, 2.9, 50.5))
    text = client.get("/partenaires/?collection=parcs&commune=62498").content.decode()
    assert "items?f=geojson&amp;communes=62498" in text
    text = client.get("/partenaires/?collection=fermetures&commune=62498&depuis=2026-07-01").content.decode()
    assert "bbox=" in text
    assert "datetime=2026-06-30T22:00:00Z/.." in text


def test_an_authority_is_chosen_by_its_name_and_kept_by_every_piece_of_code(client):
    lens = autorite(code="CALL", name_fr="CA de Lens-Liévin")
    cabane(name_fr="De Lens", authority=lens)
    cabane(name_fr="D’ailleurs")
    answer = client.get("/partenaires/?collection=cabanes&authority=CALL")
    text = answer.content.decode()
    assert '<option value="CALL" selected>CA de Lens-Liévin</option>' in text
    assert "De Lens" in text
    assert "D’ailleurs" not in text
    asked = "authority=CALL"
    pieces = [each for group in ("programs", "spreadsheets", "embeds") for each in answer.context[group]]
    assert [each.id for each in pieces if asked not in each.code] == []
    assert asked in answer.context["addresses"].data
    assert "authority%3DCALL" in answer.context["oembed"]
    (frame,) = re.findall(r'src=\\"([^"\\]+)', client.get(answer.context["oembed"]).content.decode())
    assert frame == f"http://testserver/integrer/cabanes/?{asked}"
    assert client.get("/partenaires/?collection=cabanes&authority=INCONNUE").status_code == 400


@pytest.mark.parametrize(
    ("days", "instants"),
    [("depuis=0001-01-01", "0001-01-01T00:00:00Z/.."), ("depuis=0999-07-01", "0999-06-30T23:50:39Z/.."),
     ("jusqua=9999-12-31", "../9999-12-31T22:59:59Z")],
)  # fmt: skip
def test_days_at_the_ends_of_the_calendar_become_instants(client, days, instants):
    text = client.get(f"/partenaires/?collection=evenements&{days}").content.decode()
    assert f"datetime={instants}" in text


def test_a_commune_is_never_dropped_for_a_zone(client):
    commune(insee_code="62498", name_fr="Lens", geom=box(2.7, 50.3, 2.95, 50.5))
    asked = "/partenaires/?collection={}&commune=62498&bbox=2.7,50.35,2.8,50.4"
    assert "bbox=2.7,50.35,2.8,50.4&amp;communes=62498" in client.get(asked.format("parcs")).content.decode()
    refused = client.get(asked.format("points-acces"))
    assert refused.status_code == 400
    assert "choisissez la commune ou une zone" in refused.content.decode()


def test_picture_of_events_has_the_numbers_of_the_list(client):
    past = timezone.now() - timedelta(days=9)
    evenement(title_fr="Hier", starts_at=past, ends_at=past, place="Lens", geom=Point(2.8, 50.4, srid=4326))
    text = client.get("/partenaires/?collection=evenements").content.decode()
    assert "Ce qui est passé n’y est pas montré" in text
    (picture,) = re.findall(r'<img src="(/integrer/evenements.svg[^"]*)"', text)
    assert ">1</text>" in client.get(picture.replace("&amp;", "&")).content.decode()
    dated = client.get("/partenaires/?collection=evenements&depuis=2000-01-01").content.decode()
    assert "Ce qui est passé n’y est pas montré" not in dated


def test_page_has_nothing_inline_and_exists_in_three_languages(client):
    carte(slug="reseau", title_fr="Le réseau")
    carte(slug="cachee", title_fr="Pas encore", published=False)
    text = client.get("/partenaires/").content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)| style=| on\w+=\"", text) == []
    assert "/carte/reseau/" in text
    assert "Pas encore" not in text
    assert "Compose your feed" in client.get("/en/partenaires/").content.decode()
    assert "Stel uw gegevensstroom samen" in client.get("/nl/partenaires/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_check_reads_the_feed_and_keeps_size_and_speed():
    cabane()
    found = health.check(health.subject("cabanes"))
    assert (found.features, found.judged, found.problems) == (1, 1, [])
    assert found.bytes > 500
    assert health.check_due() == len(list(registry.collections())) + 1
    assert health.check_due() == 0


@pytest.mark.django_db(transaction=True)
def test_what_changed_is_checked_at_the_next_turn_a_large_feed_once_an_hour(django_assert_num_queries):
    health.check_due()
    with django_assert_num_queries(2):
        assert health.check_due() == 0
    made = cabane()
    # The cabin, its authority, and the catalogue of all.
    own = {"cabanes", "autorites", "catalogue"}
    assert {each.subject.id for each in health.all_of_them() if each.is_newer} == own
    assert health.check_due() == len(own)
    ControleFlux.objects.filter(collection="cabanes").update(features=health.LARGE + 1)
    made.name_fr = "Une autre"
    made.save()
    assert health.check_due() == 1
    assert health.of("cabanes").is_newer
    ControleFlux.objects.filter(collection="cabanes").update(checked_at=timezone.now() - health.SPACED)
    assert health.check_due() == 1
    ControleFlux.objects.filter(collection="parcs").update(checked_at=timezone.now() - health.STALE)
    assert health.check_due() == 1


@pytest.mark.django_db(transaction=True)
def test_a_check_names_what_breaks_the_schema(monkeypatch):
    made = cabane()
    rules = judging.rules(registry.get("cabanes"))
    rules["properties"]["properties"]["properties"]["slug"] = {"type": "integer"}
    monkeypatch.setattr(judging, "rules", lambda _collection: rules)
    found = health.check(health.subject("cabanes"))
    assert found.problems == [{"id": str(made.uuid), "property": "slug", "rule": "type"}]


RING = [[2.8, 50.4], [2.9, 50.4], [2.9, 50.5], [2.8, 50.4]]


@pytest.mark.parametrize(
    ("format_name", "kind", "coordinates", "is_right"),
    [
        ("geometry-point", "Point", [2.8, 50.4], True),
        ("geometry-point", "Point", [50.4, 200], False),
        ("geometry-point", "Point", [], False),
        ("geometry-point", "LineString", [[2.8, 50.4], [2.9, 50.4]], False),
        ("geometry-linestring", "LineString", [[2.8, 50.4]], False),
        ("geometry-multipolygon", "MultiPolygon", [[RING]], True),
        ("geometry-multipolygon", "MultiPolygon", [[[*RING[:3], [2.7, 50.4]]]], False),
        ("geometry-multipolygon", "MultiPolygon", [[[[2.8, 50.4], [2.9, 50.5], [2.9, 50.4], [2.8, 50.5], [2.8, 50.4]]]], False),
        ("geometry-any", "Point", [2.8, 50.4], True),
    ],
)  # fmt: skip
def test_a_geometry_is_judged_by_its_format(format_name, kind, coordinates, is_right):
    assert judging._checker().conforms({"type": kind, "coordinates": coordinates}, format_name) is is_right
    assert not judging._checker().conforms("POINT(1 2)", format_name)


@pytest.mark.django_db(transaction=True)
def test_a_geometry_that_breaks_the_schema_is_named(monkeypatch):
    made = cabane()
    rules = judging.rules(registry.get("parcs"))
    own = judging.rules(registry.get("cabanes"))
    own["properties"]["geometry"] = rules["properties"]["geometry"]
    monkeypatch.setattr(judging, "rules", lambda _collection: own)
    found = health.check(health.subject("cabanes"))
    assert found.problems == [{"id": str(made.uuid), "property": "geometry", "rule": "format"}]


@pytest.mark.django_db(transaction=True)
def test_the_trail_feed_is_judged_by_the_national_schema(monkeypatch, client):
    made = [sentier(departure="Écluse", arrival="Pont") for _each in range(3)]
    sentier(geom_quality="schematic")
    found = health.check(health.subject("sentiers.schema-randonnee"))
    assert (found.features, found.judged, found.problems) == (3, 3, [])
    assert found.bytes == len(client.get("/api/collections/sentiers/items?f=schema-randonnee").getvalue().replace(
        b"http://testserver/", settings.WEBHOOKS_ROOT.encode() + b"/"
    ))  # fmt: skip
    monkeypatch.setitem(schema_rules.PROPERTIES, "depart", {"enum": ["Gare"]})
    found = health.check(health.subject("sentiers.schema-randonnee"))
    assert found.problems == [{"id": str(each.uuid), "property": "depart", "rule": "enum"} for each in made]
    text = client.get("/partenaires/etat/").content.decode()
    assert "Schéma national" in text
    assert f"/api/collections/sentiers/items/{made[0].uuid}" in text


@pytest.mark.django_db(transaction=True)
def test_the_catalogue_is_judged_by_what_dcat_ap_makes_mandatory(client):
    found = health.check(health.subject("catalogue"))
    assert (found.features, found.problems) == (len(list(registry.collections())), [])
    graph = Graph().parse(data=client.get("/api/catalogue.ttl").content, format="turtle")
    dataset = URIRef("http://testserver/api/collections/cabanes")
    graph.remove((dataset, DCTERMS.license, None))
    lost = next(graph.objects(URIRef("http://testserver/api/collections/parcs"), DCAT.distribution))
    graph.remove((lost, None, None))
    assert set(dcat.faults(graph)) == {
        (str(dataset), str(DCTERMS.license), "required"),
        ("http://testserver/api/collections/parcs", str(DCAT.distribution), "described"),
    }
    assert list(dcat.faults(Graph())) == [("", str(DCAT.Catalog), "required")]
    ControleFlux.objects.update(problems=[{"id": str(dataset), "property": "licence", "rule": "required"}])
    assert client.get("/partenaires/etat.json").json()["ok"] is False
    assert str(dataset) in client.get("/partenaires/etat/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_state_is_shown_to_people_and_programs(client):
    cabane()
    first = client.get("/partenaires/etat.json").json()
    assert (first["ok"], first["feeds"][1]["valid"]) == (None, None)
    assert "Pas encore contrôlé" in client.get("/partenaires/etat/").content.decode()
    health.check(health.subject("cabanes"))
    assert client.get("/partenaires/etat.json").json()["ok"] is None
    health.check_due()
    assert client.get("/partenaires/etat.json").json()["ok"] is True
    text = client.get("/partenaires/etat/").content.decode()
    assert "1 fiche jugée" in text
    assert "relu " in text
    assert not re.search(r"\b0 fiche", text)
    told = client.get("/partenaires/etat.json")
    assert told["Access-Control-Allow-Origin"] == "*"
    feed = next(each for each in told.json()["feeds"] if each["feed"] == "cabanes")
    assert (feed["valid"], feed["features"], feed["changedSince"]) == (True, 1, False)
    assert "Valide" in client.get("/partenaires/etat/").content.decode()
    cabane()
    feed = next(each for each in client.get("/partenaires/etat.json").json()["feeds"] if each["feed"] == "cabanes")
    assert feed["changedSince"] is True
    ControleFlux.objects.update(problems=[{"id": "x", "property": "slug", "rule": "type"}])
    assert client.get("/partenaires/etat.json").json()["ok"] is False
    assert "écart" in client.get("/partenaires/etat/").content.decode()


def test_change_log_is_a_page_and_a_document(client):
    found = client.get("/api/changelog").json()
    assert found["releases"][0]["name"] == "Unreleased"
    assert len(found["releases"][0]["entries"]) > 5
    assert found["deprecations"] == []
    assert client.get("/api/changelog?x=1").status_code == 400
    text = client.get("/partenaires/changements/").content.decode()
    assert "Rien n’est annoncé" in text
    assert "RFC 9745" in text


def test_change_log_of_the_api_is_not_that_of_people_who_run_or_see_the_site():
    told = "\n".join(entry for release in announcements.releases() for entry in release.entries)
    assert "/api/changelog" in told
    assert not re.search(r"\b(bin/|manage\.py|load_\w|migrate\b|/gestion/(?!webhooks)|[Oo]n paper)", told)


def test_change_log_is_read_by_release_and_entry_of_the_api():
    (coming, first) = announcements.read(
        "# Changelog\n\n## Unreleased\n\n- API: One\n  and more.\n- API of a page\n  and more.\n- API: Two\n\n## 1.0\n\n- API: Three\n"
    )
    assert (coming.entries, coming.is_coming) == (("One and more.", "Two"), True)
    assert (first.name, first.entries) == ("1.0", ("Three",))


def test_keys_are_for_who_is_signed_in(client):
    assert client.get("/partenaires/cles/").status_code == 302
    assert client.post("/partenaires/cles/", {"name": "x"}).status_code == 401


@pytest.mark.parametrize("address", ["/partenaires/cles/", "/gestion/webhooks/"])
def test_who_comes_for_keys_is_told_how_to_get_an_account(client, settings, address):
    settings.SITE_CONTACT = "donnees@exemple.fr"
    for prefix, told in (("", "compte de partenaire"), ("/en", "partner account"), ("/nl", "partneraccount")):
        page = client.get(f"{prefix}{address}", follow=True).content.decode()
        assert told in page
        assert 'href="mailto:donnees@exemple.fr"' in page
        assert "Réservée aux personnes" not in page
    assert "Réservée aux personnes" in client.get("/gestion/", follow=True).content.decode()


def test_a_key_is_shown_once_used_counted_and_revoked(client):
    owner = user()
    client.force_login(owner)
    sent = client.post("/partenaires/cles/", {"name": "ma copie"})
    assert (sent.status_code, sent["Location"]) == (302, "/partenaires/cles/")
    assert "cdp_" not in str(dict(client.session))
    assert "data-key" not in client.head(sent["Location"]).content.decode()
    made = client.get("/partenaires/cles/").content.decode()
    (text,) = re.findall(r"data-key>(cdp_[\w-]{32})<", made)
    assert text not in client.get("/partenaires/cles/").content.decode()
    client.get("/api/collections/cabanes/items", headers={"X-API-Key": text})
    shown = client.get("/partenaires/cles/").content.decode()
    assert "ma copie" in shown
    assert "<code>items</code>" in shown
    key = owner.apikey_set.get()
    assert text not in (key.digest, key.hint)
    client.force_login(member())
    assert client.post(f"/partenaires/cles/{key.pk}/revoquer/").status_code == 404
    assert "ma copie" not in client.get("/partenaires/cles/").content.decode()
    client.force_login(owner)
    assert client.post(f"/partenaires/cles/{key.pk}/revoquer/").status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_new_key_is_not_shown_to_whom_signs_in_next(client):
    client.force_login(user())
    client.post("/partenaires/cles/", {"name": "ma copie"})
    client.force_login(member())
    assert "data-key" not in client.get("/partenaires/cles/").content.decode()


def test_ten_keys_are_the_most_and_a_name_is_needed(client):
    client.force_login(user())
    for number in range(10):
        assert client.post("/partenaires/cles/", {"name": f"clé {number}"}).status_code == 302
    assert client.post("/partenaires/cles/", {"name": "une de trop"}).status_code == 422
    assert client.post("/partenaires/cles/", {"name": ""}).status_code == 422
    assert client.get("/partenaires/cles/").content.decode().count("Révoquer<") == 10


def test_page_costs_the_same_however_many_features_there_are(client, django_assert_max_num_queries):
    for _ in range(20):
        cabane(park=parc())
    client.get("/partenaires/")
    with django_assert_max_num_queries(24):
        client.get("/partenaires/")
