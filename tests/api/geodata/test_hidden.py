"""What is not public is in no answer: nor by filters, orders, counts, tiles, history or changes."""

import json

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from geodata import registry
from geodata.changes.models import Revision
from tests.factories.agenda import evenement, projet
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, commune, equipement, parc, point_acces
from tests.factories.sentiers import sentier

MAKE = {
    "parcs": parc, "cabanes": cabane, "sentiers": sentier, "fermetures": fermeture, "evenements": evenement,
    "projets-label": projet, "communes": commune, "autorites": autorite, "points-acces": point_acces, "equipements": equipement,
}  # fmt: skip
WORD = "zzsecret"
STATES = ("draft", "in_review", "archived", "deleted", "withdrawn")
pytestmark = pytest.mark.django_db


def hidden(collection, state):
    """A record of this collection that nobody may see, with a word that stands nowhere else."""
    names = {collection.label: WORD}
    if state in ("deleted", "withdrawn"):
        made = MAKE[collection.id](**names)
        change = {"deleted_at": timezone.now()} if state == "deleted" else {"status": "archived"}
        collection.model_class.objects.filter(pk=made.pk).update(**change)
        return made
    return MAKE[collection.id](**names, status=state)


def text(client, address):
    answer = client.get(address)
    assert answer.status_code < 500, address
    return answer.status_code, answer.getvalue().decode("utf-8", "replace")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
def test_hidden_records_are_nowhere(client, collection, state):
    made = hidden(collection, state)
    base, label = f"/api/collections/{collection.id}", collection.label
    queries = (
        "", f"q={WORD}", f"{label}={WORD}", f"id={made.uuid}", f"filter={label}='{WORD}'", f"filter={label}%20LIKE%20'zz%25'",
        f"filter=NOT%20{label}='a'", f"sortby=-{label}", f"sortby={label}&profile=card", f"properties={label}",
        "filter=status%20IN%20('draft','archived','in_review')", "bbox=2,50,3.4,50.8",
    )  # fmt: skip
    for query in queries:
        status, told = text(client, f"{base}/items?{query}")
        assert status == 200, told
        found = json.loads(told)
        # Parks and authorities may come along as what the record belongs to: they are other records.
        assert str(made.uuid) not in [each["id"] for each in found["features"]], query
        assert WORD not in json.dumps(found["features"]), query
        assert found.get("numberMatched", 0) == len(found["features"]), query
    assert text(client, f"{base}/items/{made.uuid}")[0] in (404, 410)
    assert text(client, f"{base}/items/{made.uuid}?f=csv")[0] in (404, 410)
    assert text(client, f"{base}/items/{made.slug}")[0] in (404, 410)
    for address in (
        f"{base}/tiles/WebMercatorQuad/0/0/0",
        f"{base}/tiles/WebMercatorQuad/12/1379/2079",
        f"{base}/items?f=html",
    ):
        assert WORD not in text(client, address)[1], address
    assert collection.id in text(client, base)[1]


@pytest.mark.parametrize("state", ["draft", "in_review", "archived"])
@pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
def test_what_was_never_public_is_in_no_change(client, collection, state):
    made = hidden(collection, state)
    told = text(client, f"/api/changes?collection={collection.id}")[1]
    assert str(made.uuid) not in told
    assert WORD not in told
    assert not Revision.objects.filter(uuid=made.uuid).exclude(public_op=None).exists()


@pytest.mark.parametrize(
    "name", ["created_by", "updated_by", "deleted_at", "source_id", "id_0", "geom_2154", "search", "password"]
)
def test_columns_that_are_not_published_answer_nothing(client, name):
    cabane(geom=Point(2.8, 50.4, srid=4326))
    base = "/api/collections/cabanes"
    for query in (
        f"{name}=1",
        f"filter={name}=1",
        f"filter={name}%20IS%20NULL",
        f"sortby={name}",
        f"properties={name}",
    ):
        status, told = text(client, f"{base}/items?{query}")
        assert status == 400, query
        assert "column" not in told
    assert text(client, f"{base}/codelists/{name}")[0] == 404
    assert name not in json.loads(text(client, f"{base}/schema")[1])["properties"]
