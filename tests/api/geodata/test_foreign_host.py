"""A name that is not the site's: the API says so in its own form, pages in theirs, and nothing leads to that name."""

import json

import pytest

ITEMS = "/api/collections/cabanes/items"


@pytest.fixture(autouse=True)
def named(settings):
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "options"])
@pytest.mark.parametrize("path", ["/api/", ITEMS, "/api/nothing", "/api/tiles/WebMercatorQuad/0/0/0"])
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_the_api_answers_with_a_problem(client, method, path, accept):
    answer = getattr(client, method)(path, headers={"Host": "evil.example", "Accept": accept, "Accept-Language": "en"})
    told = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert (told["type"], told["status"], told["instance"]) == ("/api/problems/bad-request", 400, path)
    assert "Host" in told["detail"]
    assert "evil.example" not in answer.content.decode() + str(answer.headers)
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.django_db
def test_pages_answer_with_a_page(client):
    answer = client.get("/cabanes/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")
