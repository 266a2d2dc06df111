"""What a public record names and nobody may see: its code or identifier is told, never its name, nor a link (decision 0212)."""

from urllib.parse import quote

import pytest
from django.db import models
from django.utils import timezone

from geodata import registry
from geodata.features import Feature
from geodata.formats import offered
from geodata.registry import Collection
from tests.factories.agenda import evenement, projet
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, commune, equipement, parc, point_acces
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
MAKE = {
    "parcs": parc, "cabanes": cabane, "sentiers": sentier, "fermetures": fermeture, "evenements": evenement,
    "projets-label": projet, "communes": commune, "autorites": autorite, "points-acces": point_acces, "equipements": equipement,
}  # fmt: skip
WORD = "Zzsecret"
STATES = ("draft", "withdrawn", "deleted")


def links():
    """Every link from a record to another that a collection publishes."""
    for collection in registry.collections():
        for field in collection.model_class._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and issubclass(field.related_model, Feature):
                yield pytest.param(collection, field, id=f"{collection.id}-{field.name}")


def hide(target, state):
    change = {
        "draft": {"status": "draft"},
        "withdrawn": {"status": "archived"},
        "deleted": {"deleted_at": timezone.now()},
    }
    type(target).objects.filter(pk=target.pk).update(**change[state])


def told(client, address):
    answer = client.get(address, follow=True)
    assert answer.status_code < 500, address
    return answer.getvalue().decode("utf-8", "replace")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("collection", "field"), list(links()))
def test_the_name_of_what_is_hidden_is_told_beside_no_record(client, collection: Collection, field, state):
    kind = registry.of_model(field.related_model)
    target = MAKE[kind.id](**{kind.label: WORD, "slug": "zz-cache"})
    made = MAKE[collection.id](**{field.name: target})
    hide(target, state)
    base = f"/api/collections/{collection.id}"
    names = [each.name for each in offered.of(collection)]
    key = quote(str(getattr(made, collection.page_key)))
    addresses = [
        *(f"{base}/items?f={name}" for name in names if name not in ("pmtiles", "gpkg", "fgb", "shp", "parquet")),
        *(f"{base}/items/{made.uuid}?f={name}" for name in names if name not in ("pmtiles", "gpkg", "fgb", "shp", "parquet")),
        f"{base}/items/{made.uuid}", f"{base}/items?q={WORD}", f"{base}/items/{made.uuid}/versions",
        f"{base}/items?as-of={quote(timezone.now().isoformat())}",
        f"{base}/tiles/WebMercatorQuad/12/1381/2079", f"/api/snapshot/{collection.id}",
        *(f"{prefix}/{collection.page or collection.id}/{key}/" for prefix in ("", "/en")),
        f"/{collection.page or collection.id}/", f"/historique/{collection.id}/{made.uuid}/",
    ]  # fmt: skip
    for address in addresses:
        page = told(client, address).replace(f"q={WORD}", "").replace(f'value="{WORD}"', "")
        assert WORD not in page, (address, page[max(0, page.find(WORD) - 300) : page.find(WORD) + 60])
        assert "zz-cache" not in page, (address, page[max(0, page.find("zz-cache") - 300) : page.find("zz-cache") + 60])


@pytest.mark.parametrize("state", STATES)
def test_the_code_of_who_answers_for_a_record_stays(client, state):
    authority = autorite(code="ANCIENNE", name_fr=WORD)
    made = cabane(authority=authority)
    hide(authority, state)
    item = client.get(f"/api/collections/cabanes/items/{made.uuid}").json()
    assert item["properties"]["authority"] == "ANCIENNE"
    assert client.get("/api/collections/cabanes/items?authority=ANCIENNE").json()["numberMatched"] == 1
    page = told(client, f"/cabanes/{made.slug}/")
    assert "ANCIENNE" in page
    assert "/autorites/ANCIENNE/" not in page
