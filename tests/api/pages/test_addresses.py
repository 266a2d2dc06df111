"""Where addresses lead: moved, gone, unknown, hidden; the GPX; what machines read."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import gpxpy
import icalendar
import pytest
from django.contrib.gis.geos import Point
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from carte.pages import addresses, details, texts
from carte.pages.sitemap import PER_PART
from geodata import registry
from tests.api.geodata.writing import FACTORIES
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def test_every_collection_has_a_list_and_is_in_the_plan(client):
    plan = client.get("/plan-du-site/").content.decode()
    for collection in registry.collections():
        assert client.get(f"/{collection.page}/").status_code == 200
        assert f'href="/{collection.page}/"' in plan


def test_a_former_slug_moves_to_the_present_one_in_each_language(client):
    place = parc(slug="ancien")
    place.slug = "nouveau"
    place.save()
    for prefix in ("", "/en", "/nl"):
        response = client.get(f"{prefix}/parcs/ancien/")
        assert (response.status_code, response["Location"]) == (301, f"{prefix}/parcs/nouveau/")


def test_a_deleted_place_is_gone_and_what_is_near_is_offered(client):
    place = parc(slug="disparu", name_fr="Parc disparu")
    cabane(name_fr="Cabane voisine")
    place.deleted_at = timezone.now()
    place.save()
    response = client.get("/parcs/disparu/")
    assert response.status_code == 410
    assert "Cette page n’existe plus" in response.content.decode()
    assert "Cabane voisine" in response.content.decode()


def test_a_row_deleted_for_good_is_gone_too(client):
    parc(slug="disparu").delete()
    assert client.get("/parcs/disparu/").status_code == 410


def test_the_former_slug_of_a_deleted_place_is_gone(client):
    place = parc(slug="ancien")
    place.slug = "nouveau"
    place.save()
    place.delete()
    assert client.get("/parcs/ancien/").status_code == 410


def test_a_merged_place_moves_to_its_successor(client):
    heir = parc(slug="heritier")
    parc(slug="fusionne").delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geodata_tombstone SET successor = %s WHERE slug = 'fusionne'", [heir.uuid])
    response = client.get("/parcs/fusionne/")
    assert (response.status_code, response["Location"]) == (301, "/parcs/heritier/")


def test_a_draft_that_was_deleted_was_never_there(client):
    draft = parc(slug="brouillon", status="draft")
    draft.delete()
    assert client.get("/parcs/brouillon/").status_code == 404


@pytest.mark.parametrize("status", ["draft", "in_review", "archived"])
def test_a_hidden_place_answers_as_an_unknown_one(client, status):
    parc(slug="secret", name_fr="Parc secret", status=status)
    response = client.get("/parcs/secret/")
    assert response.status_code == 404
    assert "Parc secret" not in response.content.decode()


def test_an_unknown_place_offers_what_resembles_it_and_a_search(client):
    parc(slug="parc-des-iles", name_fr="Parc des îles")
    response = client.get("/parcs/parc-des-ile/")
    text = response.content.decode()
    assert response.status_code == 404
    assert 'href="/parcs/parc-des-iles/"' in text
    assert 'role="search"' in text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nulle-part/", "Page introuvable"),
        ("/en/nowhere/", "Page not found"),
        ("/nl/nergens/", "Pagina niet gevonden"),
    ],
)
def test_an_unknown_address_is_said_in_the_language_of_the_person(client, path, words):
    response = client.get(path)
    assert response.status_code == 404
    assert words in response.content.decode()


def test_a_failure_is_said_without_the_database(monkeypatch, settings):
    settings.DEBUG = False
    client = Client(raise_request_exception=False)

    def broken(*_args, **_kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr(details.finding, "find", broken)
    monkeypatch.setattr(connection, "ensure_connection", broken)
    response = client.get("/nl/parcs/x/")
    assert response.status_code == 500
    page = response.content.decode()
    assert '<html lang="nl">' in page
    assert "Deze pagina kon niet worden gemaakt" in page
    assert 'href="/nl/parcs/x/"' in page, "to try again"
    assert 'href="/nl/"' in page, "the home page in the same language"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/connexion/", "Rien n’a été enregistré"),
        ("/en/connexion/", "Nothing was saved"),
        ("/nl/connexion/", "Er is niets opgeslagen"),
    ],
)
def test_a_form_without_its_token_is_refused_in_the_language_of_the_person(path, words):
    response = Client(enforce_csrf_checks=True).post(path, {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert words in response.content.decode()


def test_a_database_that_does_not_answer_is_503_with_a_delay(monkeypatch):
    def down(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(details.finding, "find", down)
    response = Client(raise_request_exception=False).get("/parcs/x/")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "Le service ne répond pas" in response.content.decode()


def test_pages_are_read_only(client):
    assert client.post("/parcs/").status_code == 405
    assert client.head("/parcs/").status_code == 200


def test_no_page_sets_a_cookie(client):
    place = parc()
    for address in ("/parcs/", f"/parcs/{place.slug}/", "/agenda/", "/chiffres-cles/", "/partenaires/", "/nulle-part/"):
        assert not client.get(address).cookies


@pytest.mark.django_db(transaction=True)
def test_the_gpx_of_a_surveyed_trail_carries_cabins_closure_licence_and_link(client):
    trail = sentier(slug="boucle", elevations_m=[30.0, 40.0, 35.0])
    cabane(name_fr="Écrevisse", slug="ecrevisse")
    fermeture(title_fr="Passerelle fermée", geom=box(), detour_fr="Par le canal")
    response = client.get("/sentiers/boucle.gpx")
    assert response["Content-Type"] == "application/gpx+xml"
    assert f'filename="boucle-{timezone.localdate():%Y-%m-%d}.gpx"' in response["Content-Disposition"]
    read = gpxpy.parse(response.content.decode())
    assert [point.elevation for point in read.tracks[0].segments[0].points] == [30, 40, 35]
    assert [(each.name, each.link) for each in read.waypoints] == [
        ("Écrevisse", "http://testserver/cabanes/ecrevisse/")
    ]
    assert "Passerelle fermée (travaux)" in read.tracks[0].comment
    assert "Déviation\xa0: Par le canal" in read.tracks[0].comment
    assert read.copyright_license.startswith("https://www.etalab.gouv.fr/")
    assert read.link == f"http://testserver/sentiers/{trail.slug}/"


def test_the_gpx_of_a_schematic_trail_is_refused_in_words(client):
    sentier(slug="dessin", geom_quality="schematic", instructions_fr="")
    response = client.get("/sentiers/dessin.gpx")
    assert (response.status_code, response["Content-Type"]) == (409, "application/problem+json")
    assert json.loads(response.content)["status"] == 409
    assert "schématique" in json.loads(response.content)["detail"]


def test_the_gpx_of_a_hidden_trail_is_not_found(client):
    sentier(slug="secret", status="draft")
    assert client.get("/sentiers/secret.gpx").status_code == 404


def test_the_agenda_is_a_calendar_with_stable_uids(client):
    event = evenement(title_fr="Fête du parc", all_day=True)
    evenement(title_fr="Sans jour", date_precision="month")
    evenement(title_fr="Réunion", kind="institution")
    for address in ("/agenda.ics", f"/evenements/{event.slug}.ics"):
        response = client.get(address)
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        [entry] = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
        assert (entry["UID"], entry["SUMMARY"]) == (f"{event.uuid}@chaine-des-parcs", "Fête du parc")
        assert entry["DTSTART"].dt == timezone.localtime(event.starts_at).date()
        assert entry["URL"] == f"http://testserver/evenements/{event.slug}/"


def test_the_agenda_groups_what_comes_what_returns_and_what_was(client):
    now = timezone.now()
    place = parc(name_fr="Parc des îles")
    evenement(title_fr="Pique-nique", park=place)
    evenement(
        title_fr="Trail 2019", starts_at=now - timedelta(days=900), ends_at=now - timedelta(days=899), yearly=True
    )
    evenement(
        title_fr="Trail 2021", starts_at=now - timedelta(days=300), ends_at=now - timedelta(days=299), yearly=True
    )
    text = client.get("/agenda/").content.decode()
    assert (
        text.index("Pique-nique")
        < text.index("date à confirmer")
        < text.index("Déjà eu lieu")
        < text.index("Trail 2021")
    )
    assert text.count("dernière édition") == 1
    by_park = client.get("/agenda/?par=parc").content.decode()
    assert "<h3>Parc des îles</h3>" in by_park


def test_an_empty_agenda_says_so(client):
    assert "Aucun événement annoncé" in client.get("/agenda/").content.decode()


def jsonld(client, address):
    text = client.get(address).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])


def test_jsonld_says_only_what_is_known(client):
    place = parc(slug="p", name_fr="Parc", toilets=False, geom_quality="schematic")
    node = jsonld(client, "/parcs/p/")
    assert node["@type"] == ["Park", "TouristAttraction"]
    assert node["url"] == "http://testserver/parcs/p/"
    assert node["amenityFeature"] == [{"@type": "LocationFeatureSpecification", "name": "toilettes", "value": False}]
    assert not {"publicAccess", "openingHours", "geo", "telephone"} & set(node)
    cabane(slug="k", park=place, authors=[{"name": "Atelier"}], year_built=2020, geom=Point(2.8, 50.4, srid=4326))
    node = jsonld(client, "/cabanes/k/")
    assert node["@type"] == ["TouristAttraction", "VisualArtwork"]
    assert node["creator"] == [{"@type": "Organization", "name": "Atelier"}]
    assert node["containedInPlace"]["url"] == "http://testserver/parcs/p/"
    assert node["geo"]["latitude"] == 50.4


def test_jsonld_of_the_other_kinds(client):
    sentier(slug="s", departure="Gare")
    assert jsonld(client, "/sentiers/s/")["@type"] == ["TouristTrip", "TouristAttraction"]
    closure = fermeture(slug="f", title_fr="Travaux")
    node = jsonld(client, "/fermetures/f/")
    assert (node["@type"], node["datePosted"]) == ("SpecialAnnouncement", closure.created_at.isoformat())
    place = parc(name_fr="Parc")
    evenement(slug="e", park=place, state="cancelled")
    node = jsonld(client, "/evenements/e/")
    assert (node["@type"], node["location"]["name"]) == ("Event", "Parc")
    assert node["eventStatus"] == "https://schema.org/EventCancelled"
    evenement(slug="ici", geom=Point(2.81, 50.41, srid=4326))
    assert jsonld(client, "/evenements/ici/")["location"]["geo"]["latitude"] == 50.41
    autorite(code="X")
    assert jsonld(client, "/autorites/X/")["@type"] == "GovernmentOrganization"


def test_canonical_and_alternates_name_each_language(client):
    parc(slug="p")
    text = client.get("/en/parcs/p/?utm=1").content.decode()
    assert '<link rel="canonical" href="http://testserver/en/parcs/p/">' in text
    assert 'hreflang="nl" href="http://testserver/nl/parcs/p/' in text
    assert '<meta property="og:title"' in text


SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_the_sitemap_lists_every_public_page_in_three_languages(client):
    parc(slug="public")
    parc(slug="secret", status="draft")
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    parts = [each.text.removeprefix("http://testserver") for each in index.findall("s:sitemap/s:loc", SITEMAP)]
    assert any(part.startswith("/sitemap-parcs-") for part in parts)
    listed, alternates = [], []
    for part in parts:
        root = ElementTree.fromstring(client.get(part).content)
        listed += [each.text for each in root.findall("s:url/s:loc", SITEMAP)]
        alternates += [each.get("href") for each in root.findall("s:url/x:link", SITEMAP)]
    assert "http://testserver/parcs/public/" in listed
    assert "http://testserver/nl/parcs/public/" in alternates
    assert "http://testserver/parcs/public/" in alternates
    assert {f"http://testserver/{page}/" for page in ("cabanes", "agenda", "partenaires", "vie-privee")} <= set(listed)
    assert not any("secret" in address for address in listed)
    for address in listed:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200, address


def test_the_sitemap_lists_the_pages_of_every_collection(client):
    made = {
        collection: (make(slug=f"vue-{collection}"), make(slug=f"secret-{collection}", status="draft"))
        for collection, make in FACTORIES.items()
    }
    assert set(made) == {each.id for each in registry.collections()}
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    parts = [each.text.removeprefix("http://testserver") for each in index.findall("s:sitemap/s:loc", SITEMAP)]
    for collection, (public, hidden) in made.items():
        about = registry.get(collection)
        page = f"{about.page}/{getattr(public, about.page_key)}/"
        (own,) = [part for part in parts if part.startswith(f"/sitemap-{collection}-")]
        root = ElementTree.fromstring(client.get(own).content)
        listed = {each.get("href") for each in root.iterfind("s:url/x:link", SITEMAP)}
        for prefix in ("", "en/", "nl/"):
            assert f"http://testserver/{prefix}{page}" in listed, collection
        assert f"http://testserver/{about.page}/{getattr(hidden, about.page_key)}/" not in listed
        assert client.get(f"/{page}").status_code == 200


def test_a_part_outside_the_index_is_not_found(client):
    assert client.get("/sitemap-parcs-999999.xml").status_code == 404
    assert client.get("/sitemap-parcs-0.xml").status_code == 404
    assert client.get("/sitemap-nothing-1.xml").status_code == 404


def test_a_feature_of_the_sitemap_says_when_it_changed_and_which_language_is_for_all_others(client):
    made = parc(slug="public")
    root = ElementTree.fromstring(client.get(f"/sitemap-parcs-{(made.pk - 1) // PER_PART + 1}.xml").content)
    assert root.findtext("s:url/s:lastmod", namespaces=SITEMAP) == f"{made.updated_at:%Y-%m-%dT%H:%M:%SZ}"
    said = {each.get("hreflang"): each.get("href") for each in root.findall("s:url/x:link", SITEMAP)}
    assert set(said) == {"fr", "en", "nl", "x-default"}
    assert said["x-default"] == said["fr"]


def test_the_sitemap_of_any_host_has_its_addresses(client, settings):
    settings.ALLOWED_HOSTS = ["data-key.example", "pages-1.example"]
    made = parc(slug="public")
    body = client.get(
        f"/sitemap-parcs-{(made.pk - 1) // PER_PART + 1}.xml", headers={"host": "data-key.example"}
    ).content
    said = {each.get("href") for each in ElementTree.fromstring(body).findall("s:url/x:link", SITEMAP)}
    assert said == {
        f"http://data-key.example{path}" for path in ("/parcs/public/", "/en/parcs/public/", "/nl/parcs/public/")
    }
    index = ElementTree.fromstring(client.get("/sitemap.xml", headers={"host": "pages-1.example"}).content)
    parts = [each.text for each in index.findall("s:sitemap/s:loc", SITEMAP)]
    assert parts[0] == "http://pages-1.example/sitemap-pages-1.xml"


def test_an_address_and_a_choice_are_in_the_language_that_is_given():
    addresses._around.cache_clear()
    texts._called.cache_clear()
    made = cabane(slug="x", kind="cabane_design")
    told = {each: (addresses.address(made, each), texts.choice_of(made, "kind", each)) for each in ("nl", "en", "fr")}
    for language, found in told.items():
        with override(language):
            assert found == (addresses.address(made), made.get_kind_display())
            assert (addresses.address(made), texts.choice_of(made, "kind")) == found
    assert len(set(told.values())) == 3


def test_robots_find_the_sitemap_and_leave_the_managers_space_alone(client):
    told = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in told
    for closed in ("/gestion/", "/en/gestion/", "/administration/", "/nl/connexion/"):
        assert f"Disallow: {closed}\n" in told


@pytest.mark.parametrize("key", ["call", "ca-de-lens-lievin"])
def test_an_authority_is_found_by_its_slug_and_whatever_the_case(client, key):
    autorite(code="CALL", slug="ca-de-lens-lievin")
    response = client.get(f"/autorites/{key}/")
    assert (response.status_code, response["Location"]) == (301, "/autorites/CALL/")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fr", "Paramètre incorrect"),
        ("en-GB", "Bad parameter"),
        ("nl", "Onjuiste parameter"),
        ("en;q=0, nl", "Onjuiste parameter"),
        ("de, en;q=0.3, nl;q=0.8", "Onjuiste parameter"),
        ("en;q=0", "Paramètre incorrect"),
    ],
)
def test_problems_of_the_api_speak_the_language_of_the_client(client, language, title):
    response = client.get("/api/collections/parcs/items?limit=0", headers={"Accept-Language": language})
    assert json.loads(response.content)["title"] == title
