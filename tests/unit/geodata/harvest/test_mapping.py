"""Columns of a source as properties of a collection."""

from datetime import date

import pytest
from django.contrib.gis.geos import GEOSGeometry

from geodata import registry
from geodata.harvest.mapping import Rules, ask_no_stage, identifier, properties, rows, rules_of
from geodata.harvest.sources import Source
from geodata.problems import Invalid

CODES = {"from": "ETAT", "codes": {"En place": "open", "démontée": "dismantled"}}


def said(columns, **rules):
    return properties(registry.get("cabanes"), columns, Rules(**rules))


def test_columns_are_found_whatever_their_case_and_the_first_that_speaks_counts():
    assert said({"NOM": "", "Libelle": " Abri "}, fields={"name_fr": ["nom", "libelle"]}) == {"name_fr": "Abri"}


@pytest.mark.parametrize(
    "collection", [each for each in registry.collections() if each.actions], ids=lambda each: each.id
)
def test_a_feature_is_given_what_its_collection_has(collection):
    where = {"id": "lac", "title": "Lac", "url": "https://exemple.fr/lac", "kind": "file", "id_field": "id"}
    told = {"licence": "lov2", "source_date": date(2026, 3, 1), "authority": "CALL"}
    source = Source(**where, **told, collection=collection.id)
    assert set(rules_of(collection, source).fixed) <= set(collection.properties)


def test_words_are_compared_without_case_and_accents():
    assert said({"etat": "EN PLACE"}, fields={"state": CODES}) == {"state": "open"}
    assert said({"etat": "Demontee"}, fields={"state": CODES}) == {"state": "dismantled"}
    assert said({"etat": None}, fields={"state": CODES}) == {}


def test_a_word_that_is_not_in_the_table_is_an_error_that_names_it():
    with pytest.raises(Invalid) as refusal:
        said({"etat": "flottante"}, fields={"state": CODES})
    assert "«\xa0flottante\xa0»" in str(refusal.value.errors["state"][0])


def test_numbers_and_texts_take_the_type_of_the_property():
    found = said({"h": "1 234,5", "n": 62.0, "a": "2021"}, fields={"height_m": "h", "name_fr": "n", "year_built": "a"})
    assert found == {"height_m": 1234.5, "name_fr": "62", "year_built": 2021}


@pytest.mark.parametrize(("number", "text"), [(200072460.0, "200072460"), (1234567.25, "1234567.25")])
def test_a_number_keeps_all_its_digits_as_a_text(number, text):
    assert said({"n": number}, fields={"name_fr": "n"}) == {"name_fr": text}


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("2026-12-01T08:00:00Z", "2026-12-01T08:00:00+00:00"), ("20261201T080000+0100", "2026-12-01T08:00:00+01:00"),
        ("2026-12-01", "2026-12-01T00:00:00"), ("demain", "demain"),
    ],
)  # fmt: skip
def test_instants_and_names_are_written_as_the_api_takes_them(told, written):
    found = properties(
        registry.get("evenements"),
        {"quand": told, "nom": " Fête\ndu\tparc ", "texte": "Une ligne\nune autre"},
        Rules({"starts_at": "quand", "title_fr": "nom", "description_fr": "texte"}),
    )
    assert found == {"starts_at": written, "title_fr": "Fête du parc", "description_fr": "Une ligne\nune autre"}


def test_fixed_values_hold_and_templates_fill_what_no_column_gave():
    columns = {"Code": 7, "nom": None}
    found = said(
        columns, fields={"name_fr": "nom"}, fixed={"kind": "abri"}, templates={"name_fr": "Abri {CODE}{absent}"}
    )
    assert found == {"kind": "abri", "name_fr": "Abri 7"}


def test_an_identifier_is_a_text_without_needless_decimals_and_must_be_there():
    assert (identifier({"ID": 12.0}, "id"), identifier({"id": "a-1"}, "id")) == ("12", "a-1")
    for columns in ({"id": None}, {"id": ""}, {}):
        with pytest.raises(Invalid):
            identifier(columns, "id")


def test_lines_that_join_are_one_trail_and_others_are_numbered_stages():
    trails = registry.get("sentiers")
    joined = GEOSGeometry("SRID=4326;MULTILINESTRING((2 50, 3 50), (3 50, 4 50))")
    (row,) = rows(trails, "1", {"name_fr": "A"}, joined)
    assert (row.source_id, row.shape.wkt) == ("1", "LINESTRING (2 50, 3 50, 4 50)")
    apart = GEOSGeometry("SRID=4326;MULTILINESTRING((2 50, 3 50), (5 50, 6 50))")
    stages = list(rows(trails, "1", {"name_fr": "A"}, apart))
    assert [(each.source_id, each.properties["name_fr"]) for each in stages] == [
        ("1#1", "A, étape 1"),
        ("1#2", "A, étape 2"),
    ]
    assert stages[1].body["geometry"] == {"type": "LineString", "coordinates": [[5, 50], [6, 50]]}


@pytest.mark.parametrize("told", ["A#1", "A#1#22", "#0"])
def test_an_identifier_of_a_trail_is_not_one_of_a_stage(told):
    with pytest.raises(Invalid) as refusal:
        ask_no_stage(registry.get("sentiers"), told, "id")
    assert told in str(refusal.value.errors["id"][0])
    ask_no_stage(registry.get("cabanes"), told, "id")


@pytest.mark.parametrize("told", ["A", "A#", "A#1b", "#1 A"])
def test_other_identifiers_of_trails_are_taken(told):
    ask_no_stage(registry.get("sentiers"), told, "id")
