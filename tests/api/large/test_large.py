"""Every address that anybody may open, with many rows: PostgreSQL answers such a network by other plans than a small one.

Which addresses there are is read from the OpenAPI document, from the routes, the registry and the forms of the lists. `LARGE_IN_FULL=1` asks
all of every collection in every format, each condition of cabins alone, and each page in each language.
"""

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.urls import Resolver404, get_resolver, resolve
from django.utils import timezone

from carte.home import asking as home
from carte.integrer.selection import MOST, ONE, PARK, by_park
from carte.pages.addresses import address_of
from carte.pages.filters import ListFilter
from carte.pages.historique import FIRST, LAST, ONLY
from carte.pages.sitemap import PER_PART
from geodata import registry
from geodata.params.cql2.judging import Judge
from geodata.params.crs import CRS84
from geodata.queries import extent
from tests.addresses import ELSEWHERE, PAGES, public
from tests.api.large import network
from tests.api.large.asking import IN_FULL, Ask, Asking, Sample
from tests.factories.carte import carte

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ("", "/en", "/nl")
INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
HREF = re.compile(r'href="(/[^"#]*)"')


@pytest.fixture
def large():
    """The network; what a large one has besides, its own indexes, goes with it."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        before = {name for (name,) in cursor.fetchall()}
    extent._kept.cache_clear()
    cache.clear()
    yield network.make()
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        for name in {name for (name,) in cursor.fetchall()} - before:
            cursor.execute(f'DROP INDEX "{name}"')


class Opened:
    """Opens addresses and keeps what was wrong with them."""

    def __init__(self, client):
        client.raise_request_exception = False
        self.client, self.wrong, self.seen, self.filters = client, [], set(), []

    def open(self, ask, documented=("200",)):
        address = str(ask)
        if (address, *ask.headers) in self.seen:
            return b""
        self.seen.add((address, *ask.headers))
        self.filters.append(ask.query.get("filter", "").lower())
        answer = self.client.get(address, headers=ask.headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.close()
        status = str(answer.status_code)
        if status not in documented or status >= "400":
            self.wrong.append((address, status, body[:300]))
        elif ask.due and (status == "204" or not body):
            self.wrong.append((address, status, "empty"))
        elif ask.due and answer["Content-Type"].startswith("application/geo+json"):
            told = json.loads(body) if "geo+json-seq" not in answer["Content-Type"] else {}
            if told.get("features") == []:
                self.wrong.append((address, status, "no features"))
        return body


def test_every_path_of_the_document_answers(client, large):
    samples = {each.id: Sample(each) for each in registry.collections()}
    before = f"{large.before:%Y-%m-%dT%H:%M:%S.%fZ}"
    opened = Opened(client)
    document = json.loads(opened.open(Ask("/api/openapi.json")))
    since = client.get("/api/snapshot/cabanes")
    asking = Asking(samples, before, since["Changes-Cursor"])
    since.close()
    for template, path in document["paths"].items():
        operation = path.get("get")
        if operation is None or f"api{template}".startswith(ELSEWHERE) or template.endswith("{photo}"):
            continue
        for ask in asking.of(template, operation):
            body = opened.open(ask, operation["responses"])
            if ask.query.get("sortby") or ask.query == {"limit": "3"}:
                following(opened, body)
    used = " ".join(opened.filters)
    assert [each for each in Judge(registry.get("cabanes"), CRS84).rules if not is_used(each, used)] == []
    pages(opened, samples, large)
    assert opened.wrong == []
    assert len(opened.seen) > (2_000 if IN_FULL else 500)


def is_used(name, used):
    word = {"isnull": "is null"}.get(name, name)
    return word in used or name in used


def following(opened, body):
    """The page after a page of a list."""
    told = json.loads(body or b"{}")
    for each in told.get("links", []) if isinstance(told, dict) else []:
        if each["rel"] == "next":
            opened.open(Ask(each["href"].removeprefix("http://testserver")))


def pages(opened, samples, large):
    """Every page in every language, lists with each filter, the parts of the sitemap, the pieces for other sites."""
    now, row = timezone.now(), {name: each.row for name, each in samples.items()}
    known = {
        "parc": row["parcs"].slug, "sentier": row["sentiers"].slug, "fermeture": row["fermetures"].slug, "evenement": row["evenements"].slug,
        "slug": row["cabanes"].slug, "carte": carte().slug, "part": (row["cabanes"].id - 1) // PER_PART + 1,
    }  # fmt: skip
    instant = f"as-of={large.before:%Y-%m-%dT%H:%M:%S.%fZ}"
    addresses = [each.format(**known) for each in PAGES]
    addresses += [address_of(each, getattr(row[each.id], each.page_key)) for each in registry.collections()]
    covered = {resolve(each.partition("?")[0]).route for each in addresses}
    asked = {route for route in public(get_resolver()) if not route.startswith("api/")}
    assert asked - covered == set()
    addresses += [f"/?{instant}", *(f"/?q={word}" for word in ("cabane", "heron", "introuvable", "commune 7"))]
    addresses += [f"/?k={each}&page=2" for each in home.KINDS]
    addresses += [
        "/?commune=62007",
        "/?ouvert=1",
        "/?pushchair=on",
        "/?q=sentier&ouvert=1&pushchair=on&commune=62007",
        "/agenda/?par=parc",
    ]
    days = f"{FIRST}={large.before:%Y-%m-%d}&{LAST}={now:%Y-%m-%d}"
    addresses += [f"/carte/reseau.svg?{instant}", f"/historique/?{days}"]
    for each in registry.collections():
        base = f"/{each.page}/"
        addresses += [f"{base}?{name}={value}" for name, value in filters(each, samples[each.id])]
        addresses += [f"{base}?{instant}", f"{address_of(each, getattr(row[each.id], each.page_key))}?{instant}"]
        addresses += [f"/historique/?{days}&{ONLY}={each.id}"]
    for number, address in enumerate(addresses):
        # By turns, as the statements are the same.
        for prefix in LANGUAGES if IN_FULL else LANGUAGES[number % 3 :][:1]:
            translated = prefix if has_route(prefix + address.partition("?")[0]) else ""
            opened.open(Ask(translated + address))
    pieces(opened, samples)
    for part in re.findall(r"<loc>http://testserver([^<]+)</loc>", opened.client.get("/sitemap.xml").text):
        opened.open(Ask(part))


def filters(collection, sample):
    """Each filter of a list page with each of its choices; frequent and rare words; the second page."""
    form = ListFilter(collection, AnonymousUser(), QueryDict())
    for name, field in form.fields.items():
        if name == "q":
            yield from ((name, word) for word in (sample.word, str(sample.row.label), "introuvable"))
        else:
            choices = [code for code, _label in getattr(field, "choices", [("on", "")]) if code]
            yield from ((name, code) for code in choices[:12])
    if sample.collection.visible_to(AnonymousUser()).count() > 60:
        yield "page", "2"


def pieces(opened, samples):
    """The pieces for other sites, of each collection, of a park, of one, filtered; what oEmbed says of each page."""
    park = samples["parcs"].row.slug
    with_park = {each.id for each in by_park()}
    for each in registry.collections():
        key = getattr(samples[each.id].row, each.page_key)
        queries = [
            "",
            f"?{ONE}={key}",
            f"?{MOST}=60&filter=revision%3E0",
            *([f"?{PARK}={park}"] if each.id in with_park else []),
        ]
        for ending in ("/", ".js", ".json", ".svg"):
            for query in queries:
                opened.open(Ask(f"/integrer/{each.id}{ending}{query}"))
        for page in (f"/{each.page}/", address_of(each, key)):
            opened.open(Ask(f"/oembed?url=http://testserver{page}"))
        opened.open(Ask(f"/partenaires/couche.qlr?collection={each.id}"))


def has_route(path):
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
