"""Pages of features through the client: what is known, what is not, and what hostile text does."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from tests.factories.agenda import evenement, projet
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, commune, member, parc
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db

HOSTILE = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, address
    return " ".join(response.content.decode().split())


def row(label, value):
    return f"<dt>{label}</dt><dd>{value}"


UNKNOWN = '<span class="unknown">Non renseigné</span>'


def test_facts_that_nobody_checked_are_not_known(client):
    text = page(client, f"/parcs/{parc().slug}/")
    for label in ("Toilettes", "Eau potable", "Accessible en fauteuil", "Accès libre", "Chiens"):
        assert row(label, UNKNOWN) in text
    assert "Horaires non renseignés" in text


def test_a_checked_no_is_a_no(client):
    text = page(client, f"/parcs/{parc(toilets=False, water=True, wheelchair='limited').slug}/")
    assert row("Toilettes", "non") in text
    assert row("Eau potable", "oui") in text
    assert row("Accessible en fauteuil", "en partie") in text


def test_a_park_open_day_and_night_says_so(client):
    assert "Ouvert jour et nuit" in page(client, f"/parcs/{parc(opening_hours='24/7').slug}/")


def test_a_closure_stands_before_everything_else(client):
    closed = parc(opening_hours="24/7")
    closure = fermeture(
        title_fr="Passerelle", ends_at=None, review_by=timezone.localdate() + timedelta(days=9), checked_at=timezone.now(),
        detour_fr="Par le **canal**.",
    )  # fmt: skip
    closure.parks.add(closed)
    text = page(client, f"/parcs/{closed.slug}/")
    assert text.index("Fermé date de fin inconnue") < text.index("Accessibilité et accès")
    assert "Passerelle</a> (travaux)" in text
    assert "Par le <strong>canal</strong>." in text
    assert "Vérifié le" in text
    assert "Ouvert jour et nuit" not in text


def test_a_closure_that_nobody_checked_for_a_month_says_so(client):
    closed = parc()
    closure = fermeture(starts_at=timezone.now() - timedelta(days=40))
    closure.parks.add(closed)
    assert "État non vérifié depuis 30 jours. Appelez avant de partir." in page(client, f"/parcs/{closed.slug}/")


@pytest.mark.parametrize("values", [{"status": "draft"}, {"ends_at": timezone.now() - timedelta(hours=1)}])
def test_a_closure_that_is_hidden_or_over_is_not_shown(client, values):
    place = parc()
    closure = fermeture(title_fr="Passerelle", **{"starts_at": timezone.now() - timedelta(days=2)} | values)
    closure.parks.add(place)
    assert "Passerelle" not in page(client, f"/parcs/{place.slug}/")


def test_stated_and_computed_areas_are_told_apart(client):
    text = page(client, f"/parcs/{parc(stated_area_ha=470, source_url='https://www.pasdecalais.fr/olhain').slug}/")
    assert "Surface calculée" in text
    assert (
        row(
            "Surface annoncée", '470\xa0ha <span class="facts__note">(selon pasdecalais.fr)</span>'.replace("\xa0", " ")
        )
        in text
    )


def test_a_schematic_park_has_no_computed_area_nor_share(client):
    commune(geom=box(2.7, 50.3, 2.9, 50.5), name_fr="Lens")
    text = page(client, f"/parcs/{parc(geom_quality='schematic').slug}/")
    assert "Surface calculée" not in text
    assert "Contour schématique" in text
    assert "Lens</a></dd>" in text


def test_a_stated_commune_wins_over_the_computed_one(client):
    commune(geom=box(2.7, 50.3, 2.9, 50.5), name_fr="Rouvroy")
    stated = commune(name_fr="Hénin-Beaumont", geom=box(2.1, 50.2, 2.2, 50.3))
    text = page(client, f"/parcs/{parc(stated_communes=[stated.insee_code]).slug}/")
    assert "Hénin-Beaumont" in text
    assert "Rouvroy" not in text


def test_a_cabin_tells_its_authors_and_that_nobody_sleeps_there(client):
    place = parc(name_fr="Parc des îles")
    shown = cabane(
        park=place, year_built=2020, materials=["acier", "pierre"], activities=["play"],
        authors=[{"name": "Gartnerfuglen", "country": "Norvège"}, {"name": "Mariana de Delás"}],
    )  # fmt: skip
    text = page(client, f"/cabanes/{shown.slug}/")
    assert "Gartnerfuglen (Norvège)" in text
    assert "on n’y dort pas" in text
    assert row("Année", "2020") in text
    assert row("Matériaux", "acier et pierre") in text
    assert "jouer" in text
    assert f'href="/parcs/{place.slug}/"' in text
    assert "geo:50.405,2.805" in text


def test_a_provisional_name_and_position_say_so(client):
    text = page(client, f"/cabanes/{cabane(name_pending=True).slug}/")
    assert "Nom provisoire" in text
    assert "Position approximative" in text
    assert "État non vérifié" in text


def test_an_old_state_carries_its_date(client):
    text = page(client, f"/cabanes/{cabane(state='open', state_as_of='2021-01').slug}/")
    assert "Ouverte" in text
    assert "au dernier constat (janvier 2021)" in text


def test_the_nearest_cabins_come_with_their_distance(client):
    here = cabane(geom_quality="surveyed")
    cabane(name_fr="Loin", geom=Point(2.90, 50.405, srid=4326), geom_quality="surveyed")
    cabane(name_fr="Près", geom=Point(2.8185, 50.405, srid=4326), geom_quality="approximate")
    text = page(client, f"/cabanes/{here.slug}/")
    assert text.index("Près") < text.index("Loin")
    assert "environ 960 m à vol d’oiseau" in text
    assert "6,8 km à vol d’oiseau" in text


def test_a_schematic_trail_has_a_caption_and_no_gpx(client):
    trail = sentier(
        geom_quality="schematic",
        instructions_fr="",
        stated_length_m=8400,
        source_url="https://velo-ravel.net/x",
        difficulty="facile",
    )
    text = page(client, f"/sentiers/{trail.slug}/")
    assert "Tracé schématique : il relie les bons lieux, il ne se suit pas au GPS." in text
    assert "Longueur annoncée" in text
    assert "8,4 km" in text
    assert "selon velo-ravel.net" in text
    assert ".gpx" not in text
    assert "<path d=" not in text.split("</header>")[-1].split('class="sources"')[0]


def test_a_surveyed_trail_tells_length_climb_profile_and_what_lies_along(client):
    parc(name_fr="Parc du canal", geom=box(2.80, 50.40, 2.81, 50.41))
    cabane(name_fr="Écrevisse", geom=Point(2.805, 50.405, srid=4326))
    text = page(client, f"/sentiers/{sentier(elevations_m=[30.0, 50.0, 35.0], difficulty='facile').slug}/")
    assert "2,1 km" in text
    assert "De 30 m à 50 m d’altitude" in text
    assert "Montée 20 m, descente 15 m." in text
    assert '<path d="M0,160' in text
    assert "Le profil en tableau" in text
    assert "de 710 m à 1,4 km du départ" in text
    assert "à 1,1 km du départ" in text
    assert ".gpx" in text


def test_a_closed_stretch_is_told_in_kilometres(client):
    trail = sentier()
    fermeture(title_fr="Travaux", geom=box(2.80, 50.40, 2.81, 50.41))
    text = page(client, f"/sentiers/{trail.slug}/")
    assert "Travaux" in text
    assert "du km 0,7 au km 1,4" in text


def test_a_closure_page_lists_what_it_closes(client):
    place = parc(name_fr="Parc fermé")
    closure = fermeture(rrule="FREQ=WEEKLY;BYDAY=TH", cause="chasse")
    closure.parks.add(place)
    hidden = parc(name_fr="Parc caché", status="draft")
    closure.parks.add(hidden)
    text = page(client, f"/fermetures/{closure.slug}/")
    assert "Parc fermé" in text
    assert "Parc caché" not in text
    assert "chaque jeudi" in text


def test_an_event_of_known_month_invents_no_day(client):
    start = timezone.make_aware(timezone.datetime(2023, 7, 1))
    event = evenement(starts_at=start, ends_at=start + timedelta(days=20), date_precision="month", yearly=True)
    text = page(client, f"/evenements/{event.slug}/")
    assert "Juillet 2023, jour à confirmer" in text
    assert "Déjà eu lieu" in text
    assert "Revient chaque année : date à confirmer." in text
    assert "startDate" not in text
    assert ".ics" not in text


def test_projects_communes_and_authorities_have_pages(client):
    body = autorite(name_fr="CALL", code="CALL")
    town = commune(name_fr="Lens", geom=box(2.7, 50.3, 2.9, 50.5), population=32697, epci=body)
    parc(name_fr="Parc du Louvre-Lens", authority=body)
    cabane(name_fr="Shiver House", authority=body)
    label = projet(name_fr="Forêt urbaine", commune=town, geom=Point(2.805, 50.405, srid=4326))
    text = page(client, f"/communes/{town.slug}/")
    assert "32 697 habitants" in text
    assert "Parc du Louvre-Lens" in text
    assert "Shiver House" in text
    assert "Forêt urbaine" in text
    assert "Parc du Louvre-Lens" in page(client, f"/projets-label/{label.slug}/")
    text = page(client, "/autorites/CALL/")
    assert "Shiver House" in text
    assert "Lens" in text


@pytest.mark.parametrize("language", ["", "/en", "/nl"])
def test_hostile_texts_stay_text(client, language):
    town = commune(name_fr=HOSTILE, geom=box(2.7, 50.3, 2.9, 50.5))
    body = autorite(name_fr=HOSTILE, code="H")
    place = parc(
        name_fr=HOSTILE,
        description_fr=HOSTILE,
        opening_hours=HOSTILE,
        services=[HOSTILE],
        manager=HOSTILE,
        authority=body,
        source_note=HOSTILE,
    )
    cabin = cabane(
        name_fr=HOSTILE,
        story_fr=HOSTILE,
        authors=[{"name": HOSTILE, "role": HOSTILE}],
        materials=[HOSTILE[:80]],
        park=place,
        authority=body,
    )
    trail = sentier(
        name_fr=HOSTILE, departure=HOSTILE, surface_mix={HOSTILE: 1}, category=HOSTILE[:60], instructions_fr=HOSTILE
    )
    event = evenement(title_fr=HOSTILE, place=HOSTILE, organiser=HOSTILE, park=place)
    closure = fermeture(title_fr=HOSTILE, detour_fr=HOSTILE, geom=box())
    label = projet(name_fr=HOSTILE, theme=HOSTILE[:60], commune=town)
    for address in (
        f"/parcs/{place.slug}/", f"/cabanes/{cabin.slug}/", f"/sentiers/{trail.slug}/", f"/evenements/{event.slug}/",
        f"/fermetures/{closure.slug}/", f"/projets-label/{label.slug}/", f"/communes/{town.slug}/", "/autorites/H/",
        "/parcs/", "/cabanes/", "/sentiers/", "/agenda/", "/agenda/?par=parc", "/chiffres-cles/", "/evenements/",
    ):  # fmt: skip
        text = page(client, language + address)
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address


def test_a_fallback_text_is_marked_with_its_language(client):
    place = parc(name_fr="Parc des îles", description_fr="Un parc.", description_nl="Een park.")
    assert '<h1><span lang="fr">Parc des îles</span></h1>' in page(client, f"/en/parcs/{place.slug}/")
    text = page(client, f"/nl/parcs/{place.slug}/")
    assert "Een park." in text
    assert '<html lang="nl">' in text


def test_members_of_the_authority_see_their_draft_and_its_status(client):
    body = autorite()
    draft = parc(status="draft", authority=body)
    page(client, f"/parcs/{draft.slug}/", 404)
    client.force_login(member("editor", body))
    assert "brouillon" in page(client, f"/parcs/{draft.slug}/")


def test_words_of_a_source_stay_in_its_language_between_them_too(client):
    thing = cabane(materials=["bois", "verre", "filet de trampoline"])
    shown = page(client, f"/en/cabanes/{thing.slug}/")
    assert '<span lang="fr">bois, verre et filet de trampoline</span>' in shown
    assert '"artMedium": ["bois", "verre", "filet de trampoline"]' in shown


@pytest.mark.parametrize("number", [1, 6])
def test_the_number_of_queries_does_not_grow_with_what_is_shown(client, django_assert_max_num_queries, number):
    body = autorite()
    town = commune(geom=box(2.7, 50.3, 2.9, 50.5), epci=body)
    place = parc(authority=body)
    trail = sentier(authority=body)
    cabin = cabane(park=place, authority=body)
    closure = fermeture(authority=body)
    for _ in range(number):
        parc(parent=place, authority=body)
        cabane(park=place, authority=body)
        sentier(authority=body, geom=line())
        fermeture(authority=body, geom=box()).parks.add(place)
        evenement(park=place, cabin=cabin, trail=trail, commune=town)
        projet(commune=town)
    closure.parks.add(place)
    for address, most in {
        # Eight of these are of the map: its ground, places around, extent, names, where its changes begin.
        f"/parcs/{place.slug}/": 20, f"/cabanes/{cabin.slug}/": 16, f"/sentiers/{trail.slug}/": 18, f"/fermetures/{closure.slug}/": 4,
        f"/communes/{town.slug}/": 13, f"/autorites/{body.code}/": 6, "/parcs/": 9, "/cabanes/": 9, "/sentiers/": 9,
        "/agenda/": 2, "/chiffres-cles/": 11, "/evenements/": 7,
    }.items():  # fmt: skip
        with django_assert_max_num_queries(most):
            page(client, address)


def test_what_only_a_drawing_says_is_told_apart(client):
    place = parc(name_fr="Parc cité", geom_quality="schematic")
    parc(name_fr="Parc dessiné", geom_quality="schematic")
    cabin = cabane(name_fr="Cabane")
    sentier(slug="s", name_fr="Sentier", geom_quality="schematic", instructions_fr="", stated_parks=[place.uuid])
    text = page(client, "/sentiers/s/").split('id="long"')[1]
    perhaps = "Peut-être aussi, d’après des tracés schématiques"
    assert text.index("Parc cité") < text.index(perhaps) < text.index("Parc dessiné")
    assert text.index(perhaps) < text.index("Cabane")
    assert perhaps not in page(client, f"/parcs/{place.slug}/")
    assert "D’après des tracés schématiques : à vérifier sur place." in page(client, f"/cabanes/{cabin.slug}/")
