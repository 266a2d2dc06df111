"""sitemap.xml and robots.txt: every public page of every collection, in three languages.

Format: https://www.sitemaps.org/protocol.html with hreflang alternates. A part holds the features of `PER_PART`
internal ids in a row, so that it is one range of the primary key and keeps its features when others come or go; the
index lists the parts that hold something, counted once and brought forward by what changed.
"""

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe
from psycopg import sql

from carte.pages.addresses import KEPT, address_of
from carte.pages.urls import urlpatterns
from geodata import registry
from geodata.problems import NotFound
from geodata.queries import select
from geodata.queries.tallies import ALL, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from geodata.registry import Collection

# As many as a small network has of each: what a part costs is mostly its entries, of which the format allows 50 000.
PER_PART = 500
LARGEST_ID = 2**63 - 1
# Inputs: ids of a part. Output: key of the page, when it changed. Index: the primary key.
ENTRIES = """
SELECT t.{key}, to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM ({source}) t
WHERE t.id > %(after)s AND t.id <= %(last)s ORDER BY t.id
"""
PAGES = "pages"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
PRIVATE = ("gestion", "administration", "connexion", "mot-de-passe", "adresse-electronique")
MEDIA_TYPE = "application/xml; charset=utf-8"


@require_safe
def index(request: "HttpRequest") -> HttpResponse:
    """The list of parts: the standing pages, then those of each collection that hold something."""
    names = [f"{PAGES}-1"]
    for collection in registry.collections():
        names += [f"{collection.id}-{number}" for number in _numbers(collection)]
    # Finding the address of a part takes longer than counting what it holds.
    one = escape(request.build_absolute_uri(reverse("sitemap-part", args=[PAGES, 1])))
    before, after = one.rsplit(names[0], 1)
    body = "".join([f"<sitemap><loc>{before}{name}{after}</loc></sitemap>\n" for name in names])
    return HttpResponse(f"{HEAD}<sitemapindex {NAMESPACES}>\n{body}</sitemapindex>\n", content_type=MEDIA_TYPE)


@require_safe
def part(request: "HttpRequest", name: str, number: int) -> HttpResponse:
    """One part of the sitemap; 404 outside the index."""
    if name == PAGES and number == 1:
        entries = list(_standing(request))
    else:
        try:
            entries = list(_features(request, registry.get(name), number))
        except NotFound:
            raise Http404 from None
    if not entries:
        raise Http404
    return HttpResponse(f"{HEAD}<urlset {NAMESPACES}>\n{''.join(entries)}</urlset>\n", content_type=MEDIA_TYPE)


@require_safe
def robots(request: "HttpRequest") -> HttpResponse:
    """What robots may read: everything but the managers' space and endless filter combinations."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {prefix}/{path}/" for prefix in ("", "/en", "/nl") for path in PRIVATE),
        "Disallow: /api/collections/*/items?",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _standing(request: "HttpRequest") -> "Iterator[str]":
    """The first page and every page whose address is fixed: lists of collections, pages about the service."""
    fixed = [
        f"pages:{each.name}" for each in urlpatterns if "<" not in str(each.pattern) and str(each.pattern).endswith("/")
    ]
    for name in ("home", *fixed):
        yield _entry(_addresses(request, name))


def _features(request: "HttpRequest", collection: "Collection", number: int) -> "Iterator[str]":
    last = number * PER_PART
    if last > LARGEST_ID:
        return
    root = request.build_absolute_uri("/").rstrip("/")
    # An entry without its key and its stamp, which stand where no address has anything.
    paths = {code: root + address_of(collection, "\0", code) for code, _name in settings.LANGUAGES}
    before, after = (each.split(quote("\0")) for each in _entry(paths, "\0").split("\0"))
    source, params = select.named(*select.visible(collection, AnonymousUser()))
    statement = sql.SQL(ENTRIES).format(source=source, key=sql.Identifier(collection.page_key))
    with connection.cursor() as cursor:
        cursor.execute(statement, params | {"after": last - PER_PART, "last": last})
        for text, changed in cursor.fetchall():
            key = escape(quote(text, safe=KEPT))
            yield key.join(before) + changed + key.join(after)


def _numbers(collection: "Collection") -> list[int]:
    """The numbers of the parts that hold something."""
    return sorted(int(group) for group in _held(collection.id, PER_PART).known().groups if group != ALL)


@cache
def _held(collection_id: str, per_part: int) -> Tally:
    """How many features each part of a collection holds."""
    return Tally(collection_id, groups=f"ARRAY[(t.id - 1) / {per_part} + 1]")


def _addresses(request: "HttpRequest", name: str) -> dict[str, str]:
    """Where a standing page is, by language."""
    paths = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            paths[code] = request.build_absolute_uri(reverse(name))
    return paths


def _entry(paths: dict[str, str], changed: str = "") -> str:
    """The addresses of one page: the French one, and the alternates; `changed` is an instant as the format has it."""
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(path)}/>'
        for code, path in {**paths, "x-default": paths[settings.LANGUAGE_CODE]}.items()
    )
    stamp = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(paths[settings.LANGUAGE_CODE])}</loc>{stamp}{links}</url>\n"
