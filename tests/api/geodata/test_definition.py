"""The API definition is made once for each name of the site and language, and may be kept by its validator."""

import pytest

from geodata.endpoints import landing

pytestmark = pytest.mark.django_db
PATH = "/api/openapi.json"


def test_an_unchanged_definition_is_not_sent_again(client):
    first = client.get(PATH)
    again = client.get(PATH, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again["ETag"] == first["ETag"]


def test_each_language_and_scheme_has_its_own(client):
    answers = [client.get(PATH), client.get(PATH, HTTP_ACCEPT_LANGUAGE="en"), client.get(PATH, secure=True)]
    assert len({answer["ETag"] for answer in answers}) == 3
    assert [answer.json()["servers"][0]["url"] for answer in answers] == [
        "http://testserver/api", "http://testserver/api", "https://testserver/api"
    ]  # fmt: skip
    kept = client.get(PATH, HTTP_ACCEPT_LANGUAGE="en", HTTP_IF_NONE_MATCH=answers[0]["ETag"])
    assert kept.status_code == 200


def test_a_definition_is_made_once(client):
    landing._made.cache_clear()
    for path in (PATH, PATH, "/api/docs"):
        assert client.get(path).status_code == 200
    assert landing._made.cache_info().misses == 1


def test_the_words_of_the_definition_are_marked_as_english_on_french_pages(client):
    page = client.get("/api/docs").content.decode()
    assert '<html lang="fr">' in page
    assert page.count('<summary lang="en">') == page.count("<details>") > 10
    assert page.count('<tbody lang="en">') == page.count("<tbody")
