"""The address that a problem document names says what the problem is."""

import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "status"),
    [("/api/collections/cabanes/items?limit=0", 400), ("/api/nope", 404), ("/api/changes?since=x", 400)],
)
def test_the_type_of_a_problem_leads_to_what_it_means(client, address, status):
    problem = json.loads(client.get(address).content)
    told = client.get(problem["type"].removeprefix("http://testserver")).json()
    assert (told["type"], told["title"], told["status"]) == (problem["type"], problem["title"], status)
    assert told["description"]


def test_what_nginx_tells_is_known(client):
    named = set(re.findall(r"/_refused/\$chaine_reader/(\d+)/([a-z-]+)", Path("docs/guides/nginx.conf").read_text()))
    assert len(named) > 4
    for status, slug in named:
        assert client.get(f"/api/problems/{slug}").json()["status"] == int(status), slug


def test_an_unknown_type_is_not_found(client):
    assert client.get("/api/problems/lune").status_code == 404
