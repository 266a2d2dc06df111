"""Values of the national trail schema, from rows written by hand."""

import pytest
from django.utils import translation

from sentiers.schema_randonnee import plain_lines, practice, properties

UUID = "0190b5c2-0000-7000-8000-000000000001"
ROW = {
    "uuid": UUID, "slug": "boucle", "name_fr": "Boucle", "practices": [], "kind": None, "departure": "Mairie",
    "arrival": "", "duration_h": 1.25, "stated_duration_h": None, "waymarks": "", "length_m": 2300.4, "difficulty": None,
    "ele_max_m": 41.6, "ele_min_m": 30.2, "ascent_m": 11.4, "descent_m": 11.5, "instructions_fr": "Suivre.",
    "description_fr": "", "advice_fr": "", "themes": [], "wheelchair": None, "pushchair": None, "steps_count": None,
    "min_width_m": None, "public_transport": "", "parking": "", "created_at": "2026-01-31T23:30:00+00:00",
    "updated_at": "2026-02-01T08:00:00+00:00", "surface_mix": None, "pdipr": None, "osm_relation": None,
    "producer": None, "contact": None, "parent": None, "communes": None, "parking_at": None, "photos": None,
}  # fmt: skip


def said(**values):
    with translation.override("fr"):
        return properties(ROW | values, "https://parcs.example/")


@pytest.mark.parametrize(
    ("practices", "wanted"),
    [
        (["pedestre"], "pédestre"),
        (["VTT", "pedestre"], "pédestre"),
        (["equestre", "VTT"], "VTT"),
        (["fauteuil"], "autre"),
        ([], "autre"),
    ],
)
def test_of_several_practices_the_schema_takes_one(practices, wanted):
    assert practice(practices) == wanted


def test_markdown_becomes_plain_lines_that_keep_their_numbers():
    text = "1. Prendre **à gauche** l’[allée](https://x.example) & monter\n2) Descendre\n\n- fin <3 &eacute;"
    assert plain_lines(text) == "1. Prendre à gauche l’allée & monter\n2) Descendre\nfin <3 é"


def test_heights_are_whole_and_positive_and_the_duration_is_in_hours():
    found = said()
    assert (found["altitude_max"], found["altitude_min"]) == (42, 30)
    assert (found["denivele_positif"], found["denivele_negatif"]) == (11, 12)
    assert (found["duree"], said(stated_duration_h=2)["duree"]) == (1.25, 2)


def test_an_unknown_form_is_left_out_because_its_list_has_no_null():
    assert "type_itineraire" not in said()
    assert said(kind="stage")["type_itineraire"] == "étape"


def test_a_loop_ends_where_it_begins():
    assert said(kind="loop")["arrivee"] == "Mairie"


def test_days_are_those_of_paris():
    assert (said()["date_creation"], said()["date_modification"]) == ("2026-02-01", "2026-02-01")


def test_access_says_only_what_is_known():
    assert said()["accessibilite"] is None
    told = said(wheelchair="limited", pushchair="yes", steps_count=0, min_width_m=1.2)["accessibilite"]
    assert told == "Fauteuil : en partie. Poussette : oui. Marches : 0. Passage le plus étroit : 1,2 m."


def test_grounds_come_by_share():
    assert said(surface_mix={"terre": 0.2, "gravier": 0.8})["type_sol"] == "gravier, terre"


def test_the_publisher_stands_in_for_an_authority_that_is_not_public(settings):
    settings.SITE_PUBLISHER, settings.SITE_CONTACT = "Le Pôle", "a@b.example"
    assert (said()["producteur"], said()["contact"]) == ("Le Pôle", "a@b.example")
