"""Letters that are no UTF-8 and numbers that are none are refused by name, before and behind the door."""

import json

import pytest

from tests.factories.cabanes import cabane
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("name_fr=%FF", "name_fr"), ("q=%C0%AF", "q"), ("filter=name_fr='%FF'", "filter"), ("limit=2&name_fr=%E9t%E9", "name_fr"),
        ("name_fr=\xff", "name_fr"), ("name_fr=%ED%A0%80", "name_fr"), ("%FF=1", "\ufffd"), ("limit=2&cursor=%FF", "cursor"),
        ("f=%ff", "f"), ("name_fr=%", None), ("name_fr=%C3%A9t\xc3\xa9", None), ("name_fr=%EF%BF%BD", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", ["application/geo+json", "text/html"])
def test_parameter_that_is_no_utf8_is_named(client, query, parameter, accept):
    answer = client.get(ITEMS, QUERY_STRING=query, headers={"Accept": accept})
    assert answer.status_code == (400 if parameter else 200), answer.content
    if parameter:
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["parameter"] == parameter


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/collections", f"{ITEMS}/{{uuid}}", "/api/changes", "/api/tiles/WebMercatorQuad/12/1381/2079",
     "/api/collections/cabanes/schema", "/api/catalogue", "/api/nulle-part", "/api/docs"],
)  # fmt: skip
def test_every_address_of_the_api_names_it(client, path):
    path = path.format(uuid=cabane().uuid)
    answer = client.get(path, QUERY_STRING="x=1&f=%FF")
    assert (answer.status_code, json.loads(answer.content)["parameter"]) == (400, "f")


@pytest.mark.parametrize(
    "query", ["limit=2&cursor=%FF", "bbox=2.6,50.3,2.9,50.5%FF", "limit=%FF", "f=json&%FF", "f=json%FF"]
)
def test_the_door_leaves_it_to_django(site, query):
    cabane()
    site.learn(f"{ITEMS}?limit=2")
    status, _headers, body = site.get(f"{ITEMS}?{query}")
    assert (status, site.reached) == (400, 1), body


@pytest.mark.parametrize("ending", ["/", ".js", ".json", ".svg"])
def test_pieces_name_it_too(client, ending):
    answer = client.get(f"/integrer/cabanes{ending}", QUERY_STRING="name_fr=%FF")
    assert answer.status_code == 400
    assert b"name_fr" in answer.content


@pytest.mark.parametrize(
    "path",
    ["/", "/cabanes/", "/en/cabanes/", "/parcs/", "/agenda/", "/chiffres-cles/", "/historique/", "/partenaires/", "/cabanes/{slug}/",
     "/plan-du-site/", "/connexion/"],
)  # fmt: skip
def test_pages_name_it_in_a_sentence(client, path):
    path = path.format(slug=cabane().slug)
    for query, name in (("q=%FF", "q"), ("page=1&name_fr=%C0%AF", "name_fr"), ("<b>=%FF", "&lt;b&gt;")):
        answer = client.get(path, QUERY_STRING=query)
        text = answer.content.decode()
        assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8"), path
        assert "UTF-8" in text
        assert name in text
    for query in ("q=%C3%A9t\xc3\xa9", "q=%EF%BF%BD", "q=%"):
        assert client.get(path, QUERY_STRING=query).status_code == 200, query


def test_oembed_names_it_in_its_own_query_and_in_that_of_the_address(client):
    cabane()
    of_list = "http%3A%2F%2Ftestserver%2Fcabanes%2F%3Fq%3D"
    for query, name in (
        ("url=%FF", b"url: "),
        (f"url={of_list}%25FF", b"q: "),
        (f"format=%FF&url={of_list}a", b"format: "),
    ):
        answer = client.get("/oembed", QUERY_STRING=query)
        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (400, "*")
        assert answer.content.startswith(name)
        assert b"UTF-8" in answer.content
    for letter in ("%25C3%25A9t%25C3%25A9", "%C3%A9t%C3%A9", "%EF%BF%BD"):
        assert client.get("/oembed", QUERY_STRING=f"url={of_list}{letter}").status_code == 200, letter


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "inf", "1e400", "-1e400", "NaN"])
def test_number_of_a_condition_is_finite(client, number):
    answer = client.get(ITEMS, {"height_m": number})
    assert (answer.status_code, json.loads(answer.content)["parameter"]) == (400, "height_m")


def test_token_that_is_not_ascii_is_unknown(client):
    person = user()
    for header in ("Bearer é", "Bearer \xe9", "", "Bearer ", "é"):
        answer = client.get(ITEMS, headers={"Authorization": header})
        assert (answer.status_code, header) == (401, header)
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    client.force_login(person)
    assert client.get(ITEMS, headers={"Authorization": "Bearer é"}).status_code == 401
