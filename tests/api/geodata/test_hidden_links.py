"""What a public record names and nobody may see: its code or identifier is told, never its name, nor a link (decision 0212)."""

from urllib.parse import quote

import pytest
from django.db import models
from django.utils import timezone

from geodata import registry
from geodata.features import Feature
from geodata.formats import offered
from geodata.params.changes import make_since
from geodata.queries import changes as feed
from geodata.registry import Collection
from tests.factories.agenda import evenement, projet
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, commune, equipement, member, parc, point_acces
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
        f"/api/snapshot/{kind.id}",
    ]  # fmt: skip
    for address in addresses:
        page = told(client, address).replace(f"q={WORD}", "").replace(f'value="{WORD}"', "")
        assert WORD not in page, (address, page[max(0, page.find(WORD) - 300) : page.find(WORD) + 60])
        assert "zz-cache" not in page, (address, page[max(0, page.find("zz-cache") - 300) : page.find("zz-cache") + 60])
    assert client.get(f"{base}/items?q={WORD}").json()["features"] == []


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


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("collection", "field"), list(links()))
def test_changes_after_it_was_hidden_have_no_name(client, collection: Collection, field, state):
    """What was public stays in the history of that time (decision 0070); what never was, and what comes later, is in none."""
    kind = registry.of_model(field.related_model)
    never = MAKE[kind.id](**{kind.label: WORD, "slug": "zz-cache", "status": "draft"})
    target = MAKE[kind.id]()
    made = [MAKE[collection.id](**{field.name: each}) for each in (never, target)]
    hide(target, state)
    since = make_since(feed.latest())
    for each in (never, target):
        type(each).objects.filter(pk=each.pk).update(**{kind.label: WORD})
    for each in made:
        type(each).objects.filter(pk=each.pk).update(source="Relevé")
    later = told(client, f"/api/changes?since={since}")
    assert all(str(each.uuid) in later for each in made)
    for page in (
        later,
        told(client, "/api/changes?limit=10000"),
        told(client, f"/api/changes?collection={kind.id}&limit=10000"),
    ):
        assert WORD not in page
        assert "zz-cache" not in page


@pytest.mark.parametrize(
    ("collection", "field"), [each for each in links() if each.values[1].name in each.values[0].fields]
)
def test_the_order_by_a_link_is_that_of_what_the_record_tells(client, collection: Collection, field):
    """Names of what is hidden, told by no page, are not to be guessed by where a record stands among others."""
    kind = registry.of_model(field.related_model)
    targets = [MAKE[kind.id](**{kind.label: name}) for name in ("Ccc", "Bbb", "Aaa")]
    made = {str(MAKE[collection.id](**{field.name: each}).uuid): each for each in targets}
    for each in targets:
        hide(each, "withdrawn")
    address = f"/api/collections/{collection.id}/items?sortby="
    orders = [
        [each for each in client.get(f"{address}{sign}{field.name}").json()["features"] if each["id"] in made]
        for sign in ("", "-")
    ]
    told = [[each["properties"][field.name] for each in found] for found in orders]
    assert len(told[0]) == len(targets)
    assert [sorted(told[0]), sorted(told[0], reverse=True)] == told


def test_who_may_see_what_is_hidden_reads_its_name_and_finds_its_page(client):
    mine = autorite()
    park = parc(authority=mine, name_fr=WORD, slug="zz-cache")
    withdrawn = parc(authority=mine, name_fr="Zzretire", slug="zz-retire")
    gone = autorite(authority=mine, name_fr="Zzgestion", code="ZZG")
    hut, inner, left = (
        cabane(park=park, authority=mine),
        parc(parent=withdrawn, authority=mine),
        sentier(authority=gone),
    )
    hide(gone, "withdrawn")
    hide(park, "draft")
    hide(withdrawn, "withdrawn")
    for who, is_told in ((member("editor", mine), True), (member("publisher"), False), (None, False)):
        if who:
            client.force_login(who)
        else:
            client.logout()
        for address, word, link in (
            (f"/cabanes/{hut.slug}/", WORD, "/parcs/zz-cache/"),
            (f"/parcs/{inner.slug}/", "Zzretire", "/parcs/zz-retire/"),
            (f"/sentiers/{left.slug}/", "Zzgestion", "/autorites/ZZG/"),
        ):
            page = told(client, address)
            assert (word in page, f'href="{link}"' in page) == (is_told, is_told), (address, who)
    client.force_login(member("editor", mine))
    hide(park, "deleted")
    assert WORD not in told(client, f"/cabanes/{hut.slug}/")
