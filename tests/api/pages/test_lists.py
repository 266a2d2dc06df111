"""Lists: filters by plain GET, sixty to a page, and what cannot be read."""

import re

import pytest

from parcs.models import Parc
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, commune, parc
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db


def names(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    listing = response.context["listing"]
    return [str(row) for row in listing.rows] if listing.rows else []


@pytest.mark.parametrize("q", ["éleu", "ELEU dit", "eleu-dit", "dit Éleu"])
def test_search_ignores_case_accents_and_hyphens(client, q):
    parc(name_fr="Parc d’Éleu-dit-Leauwette")
    parc(name_fr="Parc des îles")
    assert names(client, f"/parcs/?q={q}") == ["Parc d’Éleu-dit-Leauwette"]


def test_search_finds_by_commune(client):
    commune(name_fr="Lens", geom=box(2.7, 50.3, 2.9, 50.5))
    parc(name_fr="Parc du Louvre")
    parc(name_fr="Ailleurs", geom=box(3.0, 50.4, 3.01, 50.41))
    assert names(client, "/parcs/?q=lens") == ["Parc du Louvre"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "'"])
def test_signs_of_patterns_are_only_signs(client, q):
    parc(name_fr="Parc")
    assert names(client, "/parcs/", 200) == ["Parc"]
    assert names(client, f"/parcs/?q={'%25' if q == '%' else q}") == []


def test_filters_add_up(client):
    town = commune(name_fr="Lens", geom=box(2.7, 50.3, 2.9, 50.5))
    inside = parc(name_fr="Un", kind="foret", wheelchair="yes")
    parc(name_fr="Deux", kind="foret")
    parc(name_fr="Trois", kind="terril", wheelchair="yes")
    cabane(park=inside)
    assert names(client, f"/parcs/?kind=foret&wheelchair=on&commune={town.insee_code}&cabane=on") == ["Un"]


def test_lists_are_narrowed_to_an_authority_that_is_chosen_by_its_name(client):
    lens = autorite(code="CALL", name_fr="CA de Lens-Liévin", name_nl="Agglomeratie Lens")
    other = autorite(code="ETAT", name_fr="État", name_nl="Staat")
    autorite(code="CACHE", name_fr="Cachée", status="draft")
    cabane(name_fr="De Lens", authority=lens)
    cabane(name_fr="D’ailleurs", authority=other)
    commune(name_fr="Lens", epci=lens)
    commune(name_fr="Arras", epci=other)
    assert names(client, "/cabanes/?authority=CALL") == ["De Lens"]
    assert names(client, "/communes/?epci=CALL") == ["Lens"]
    assert names(client, "/cabanes/?authority=CACHE", 400) == []
    for language, told in (("", ["CA de Lens-Liévin", "État"]), ("/nl", ["Agglomeratie Lens", "Staat"])):
        form = client.get(f"{language}/cabanes/").context["listing"].form
        assert [name for _code, name in form.fields["authority"].choices[1:]] == told


def test_names_to_choose_from_are_in_the_order_of_the_language_of_the_page(client):
    for name_fr, name_nl in (("Zone", "Arras"), ("Écluse", ""), ("Fosse", "Zuid")):
        commune(name_fr=name_fr, name_nl=name_nl)
    for language, told in (("", ["Écluse", "Fosse", "Zone"]), ("/nl", ["Arras", "Écluse", "Zuid"])):
        form = client.get(f"{language}/parcs/").context["listing"].form
        assert [name for _code, name in form.fields["commune"].choices[1:]] == told


def test_trails_by_practice_and_time(client):
    sentier(name_fr="Court", stated_duration_h=1, practices=["pedestre"])
    sentier(name_fr="Long", stated_duration_h=4, practices=["pedestre"])
    sentier(name_fr="Inconnu", practices=["cyclo"])
    assert names(client, "/sentiers/?max_h=1.5&practices=pedestre") == ["Court"]


def test_which_loop_links_three_cabins(client):
    for n in range(3):
        cabane(geom=f"SRID=4326;POINT({2.79 + n / 100} 50.405)")
    sentier(name_fr="Boucle des trois", kind="loop")
    sentier(name_fr="Aller des trois", kind="one_way")
    sentier(name_fr="Boucle d’une", kind="loop", geom=line((2.79, 50.405), (2.79, 50.40), (2.78, 50.40)))
    assert names(client, "/sentiers/?kind=loop&min_cabanes=3") == ["Boucle des trois"]
    assert len(names(client, "/sentiers/?min_cabanes=1")) == 3
    assert client.get("/sentiers/?min_cabanes=4").status_code == 400


def test_an_empty_list_tells_not_accessible_from_not_known(client):
    sentier(name_fr="Escaliers", pushchair="no", kind="loop")
    address = "/sentiers/?kind=loop&pushchair=on"
    assert "personne ne l’a encore dit" not in client.get(address).content.decode()
    sentier(name_fr="Inconnu", kind="loop")
    response = client.get(address)
    assert "personne ne l’a encore dit" in response.content.decode()
    assert '<a href="/sentiers/?kind=loop">Les voir sans ce filtre</a>' in response.content.decode()
    assert "personne ne l’a encore dit" not in client.get("/sentiers/?kind=one_way&pushchair=on").content.decode()
    sentier(name_fr="Plat", pushchair="yes", kind="loop")
    assert names(client, address) == ["Plat"]


def test_names_sort_as_in_a_dictionary(client):
    for name in ("Zoo", "Étang", "arbre", "Eau"):
        parc(name_fr=name)
    assert names(client, "/parcs/") == ["arbre", "Eau", "Étang", "Zoo"]


def test_a_value_outside_the_list_is_refused_in_words(client):
    response = client.get("/parcs/?kind=chateau")
    assert response.status_code == 400
    assert "Choisissez une valeur de la liste." in response.content.decode()


def test_nothing_found_proposes_what_to_do(client):
    text = client.get("/parcs/?q=lenz").content.decode()
    assert "Aucun lieu ne correspond. Retirez un filtre" in text
    assert "Tout afficher" in text


def test_sixty_to_a_page_and_links_keep_the_filters(client):
    body = autorite()
    Parc.objects.bulk_create(
        [
            Parc(slug=f"p-{n}", name_fr=f"Parc {n:03}", kind="foret", status="published", authority=body, geom=box())
            for n in range(61)
        ]
    )
    text = client.get("/parcs/?kind=foret").content.decode()
    assert 'href="?kind=foret&amp;page=2"' in text
    assert names(client, "/parcs/?kind=foret&page=2") == ["Parc 060"]


@pytest.mark.parametrize("page", ["0", "3", "deux", "-1", "99999999999999999999"])
def test_a_page_that_is_not_there_is_not_found(client, page):
    parc()
    assert client.get(f"/parcs/?page={page}").status_code == 404


def test_a_card_wears_the_closure_of_its_place(client):
    place = parc(name_fr="Parc fermé")
    fermeture().parks.add(place)
    parc(name_fr="Parc ouvert", opening_hours="24/7")
    text = client.get("/parcs/").content.decode()
    assert text.count("card__state--closed") == 1
    assert "Ouvert jour et nuit" in text


def test_a_hidden_place_is_not_listed(client):
    parc(name_fr="Secret", status="draft")
    assert names(client, "/parcs/") == []


def test_many_words_cost_a_bounded_number_of_queries(client, django_assert_max_num_queries):
    parc(name_fr="a b c d e f g h i")
    with django_assert_max_num_queries(16):
        assert names(client, "/parcs/?q=" + "+".join("abcdefghijklmnopqrstuvwxyz")) == ["a b c d e f g h i"]


@pytest.mark.parametrize("prefix", ["", "/en", "/nl"])
def test_codes_of_authorities_are_shown_as_filters_take_them(client, prefix):
    body = autorite(code="CALL")
    parc(name_fr="À elle", authority=body)
    parc(name_fr="Ailleurs", authority=autorite(code="AUTRE"))
    assert "code CALL" in client.get(f"{prefix}/autorites/").content.decode()
    assert "CALL" in {fact.value for fact in client.get(f"{prefix}/autorites/CALL/").context["page"].facts}
    found = client.get("/api/collections/parcs/items?authority=CALL").json()["features"]
    assert [each["properties"]["name_fr"] for each in found] == ["À elle"]


@pytest.mark.parametrize(
    ("prefix", "known", "unknown"),
    [
        ("", "Voie verte", "Sente"),
        ("/en", "Greenway", '<span lang="fr">Sente</span>'),
        ("/nl", "Groene weg", '<span lang="fr">Sente</span>'),
    ],
)
def test_families_of_trails_are_said_in_the_language_of_the_page(client, prefix, known, unknown):
    trail = sentier(name_fr="Un", category="voie verte")
    sentier(name_fr="Deux", category="sente")
    for page in ("/sentiers/", "/"):
        text = client.get(f"{prefix}{page}").content.decode()
        assert f'<p class="card__line">{known} · ' in text
        assert f'<p class="card__line">{unknown} · ' in text
    page = client.get(f"{prefix}/sentiers/{trail.slug}/").content.decode()
    assert f'<p class="place__line">{known}' in page
    assert re.search(rf"<dd[^>]*>\s*{known.lower()}\s*<", page)


def test_filters_are_folded_with_the_number_of_those_that_hold(client):
    sentier(kind="loop")
    for query, told in (
        ("", "Plus de filtres</summary>"),
        ("?q=sentier", "Plus de filtres</summary>"),
        ("?kind=loop", "1 actif<"),
        ("?kind=loop&practices=pedestre&q=x", "2 actifs<"),
    ):
        text = client.get(f"/sentiers/{query}").content.decode()
        assert '<details class="filters__more">' in text
        assert told in text
    assert '<details class="filters__more" open>' in client.get("/sentiers/?kind=chateau").content.decode()
