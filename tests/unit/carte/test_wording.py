from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from carte import wording
from parcs import opening_hours

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0, "0\xa0m"), (85.4, "85\xa0m"), (124, "120\xa0m"), (996, "1\xa0km"), (5234, "5,2\xa0km"), (33900, "33,9\xa0km")],
)
def test_distance_in_metres_then_kilometres(metres, words):
    assert wording.distance(metres) == words


@pytest.mark.parametrize(
    ("hours", "words"), [(0.75, "45\xa0min"), (1, "1\xa0h"), (1.5, "1\xa0h\xa030"), (2.08, "2\xa0h\xa005")]
)
def test_duration_to_the_five_minutes(hours, words):
    assert wording.duration(hours) == words
    with override("nl"):
        assert wording.duration(hours) == words.replace("h", "u")


@pytest.mark.parametrize(("hectares", "words"), [(0.6, "0,6\xa0ha"), (9.04, "9\xa0ha"), (470, "470\xa0ha")])
def test_area_keeps_a_decimal_below_ten(hectares, words):
    assert wording.area(hectares) == words


def test_thousands_are_grouped():
    assert wording.number(4200).replace("\u202f", " ").replace("\xa0", " ") == "4 200"
    assert wording.number(650000).replace("\u202f", " ").replace("\xa0", " ") == "650 000"


def test_a_negative_figure_keeps_its_sign():
    assert wording.number(-11310).replace("\u202f", " ").replace("\xa0", " ") == "-11 310"


@pytest.mark.parametrize(("language", "words"), [("fr", "5,2\xa0km"), ("en", "5.2\xa0km"), ("nl", "5,2\xa0km")])
def test_the_decimal_sign_follows_the_language(language, words):
    with override(language):
        assert wording.distance(5200) == words


@pytest.mark.parametrize(("language", "words"), [("fr", "1er\xa0mars"), ("en", "1\xa0March"), ("nl", "1\xa0maart")])
def test_a_day_of_this_year_has_no_year(language, words):
    with override(language):
        assert wording.day(date(2026, 3, 1), TODAY) == words


def test_a_day_of_another_year_has_it():
    assert wording.day(date(2025, 3, 3), TODAY) == "3\xa0mars 2025"


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "1er mars 2026"), ("en", "1 March 2026"), ("nl", "1 maart 2026")]
)
def test_a_day_with_its_year(language, words):
    with override(language):
        assert wording.dated(date(2026, 3, 1)) == words
        assert wording.partial_date("2026-03-01") == words
        assert wording.dated(datetime(2026, 2, 28, 23, 30, tzinfo=UTC)) == words


def test_hours_in_french_and_elsewhere():
    assert (wording.hour(time(21)), wording.hour(time(8, 5))) == ("21\xa0h", "8\xa0h\xa005")
    with override("nl"):
        assert wording.hour(time(8, 5)) == "08:05"


def test_an_instant_is_told_on_the_wall_clock():
    assert wording.moment(datetime(2026, 3, 3, 13, tzinfo=UTC), TODAY) == "3\xa0mars à 14\xa0h"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2021", "2021"),
        ("2021-05", "mai 2021"),
        ("2021-05-19", "19 mai 2021"),
        ("2019/2023", "2019/2023"),
        ("2021-13", "2021-13"),
    ],
)
def test_a_partial_date_is_never_made_whole(text, words):
    assert wording.partial_date(text) == words


@pytest.mark.parametrize(
    ("words", "told"), [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")]
)
def test_words_are_listed_as_a_person_does(words, told):
    assert wording.joined(words) == told


@pytest.mark.parametrize(
    ("hours", "when", "words"),
    [
        ("Mo-Su 07:00-21:00", datetime(2026, 5, 4, 14), "Ouvert aujourd’hui jusqu’à 21\xa0h"),
        ("Mo-Su 07:00-21:00", datetime(2026, 5, 4, 6), "Fermé, ouvre à 7\xa0h"),
        ("Mo-Su 07:00-21:00", datetime(2026, 5, 4, 22), "Fermé, ouvre demain à 7\xa0h"),
        ("Fr 07:00-21:00", datetime(2026, 5, 4, 22), "Fermé, ouvre vendredi 8\xa0mai à 7\xa0h"),
        ("Mo-Su 07:00-24:00", datetime(2026, 5, 4, 22), "Ouvert jusqu’à minuit"),
        ("24/7", datetime(2026, 5, 4, 22), "Ouvert jour et nuit"),
        ("", datetime(2026, 5, 4, 22), "Horaires non renseignés"),
        ("bientôt", datetime(2026, 5, 4, 22), "Horaires à vérifier avant de partir"),
        ("off", datetime(2026, 5, 4, 22), "Fermé"),
    ],
)
def test_the_state_of_a_park_in_one_sentence(hours, when, words):
    assert wording.door(opening_hours.at(hours, when.replace(tzinfo=PARIS))) == words
