"""sitemap.xml and robots.txt: every public page of every collection, in three languages.

Format: https://www.sitemaps.org/protocol.html with hreflang alternates. A part holds the features of `PER_PART`
internal ids in a row, so that it is one range of the primary key and keeps its features when others come or go; the
index lists the parts that hold something, found one after the other by that key.
"""

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe
from psycopg import sql

from carte.pages.addresses import address_of
from carte.pages.urls import urlpatterns
from geodata import registry
from geodata.problems import NotFound
from geodata.queries import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from geodata.registry import Collection

PER_PART = 1000
LARGEST_ID = 2**63 - 1
# Input: ids a part. Output: numbers of parts that hold something; each step is one look at the primary key.
PARTS = """
WITH RECURSIVE parts (number) AS (
  (SELECT (t.id - 1) / %(per)s + 1 FROM ({source}) t ORDER BY t.id LIMIT 1)
  UNION ALL
  SELECT (SELECT (t.id - 1) / %(per)s + 1 FROM ({source}) t WHERE t.id > number * %(per)s ORDER BY t.id LIMIT 1)
  FROM parts WHERE number IS NOT NULL
)
SELECT number FROM parts WHERE number IS NOT NULL ORDER BY number
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
    parts = [request.build_absolute_uri(reverse("sitemap-part", args=[*name.rsplit("-", 1)])) for name in names]
    body = "".join(f"<sitemap><loc>{escape(part)}</loc></sitemap>\n" for part in parts)
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
    found = collection.visible_to(AnonymousUser()).filter(id__gt=last - PER_PART, id__lte=last).order_by("id")
    root = request.build_absolute_uri("/").rstrip("/")
    for key, changed in found.values_list(collection.page_key, "updated_at"):
        yield _entry(
            {code: root + address_of(collection, str(key), code) for code, _name in settings.LANGUAGES}, changed
        )


def _numbers(collection: "Collection") -> list[int]:
    """The numbers of the parts that hold something: one look at the primary key for each."""
    source, params = select.named(*select.visible(collection, AnonymousUser()))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(PARTS).format(source=source), params | {"per": PER_PART})
        return [number for (number,) in cursor.fetchall()]


def _addresses(request: "HttpRequest", name: str) -> dict[str, str]:
    """Where a standing page is, by language."""
    paths = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            paths[code] = request.build_absolute_uri(reverse(name))
    return paths


def _entry(paths: dict[str, str], changed: Any = None) -> str:
    """The addresses of one page: the French one, and the alternates."""
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(path)}/>'
        for code, path in {**paths, "x-default": paths[settings.LANGUAGE_CODE]}.items()
    )
    stamp = f"<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed else ""
    return f"<url><loc>{escape(paths[settings.LANGUAGE_CODE])}</loc>{stamp}{links}</url>\n"
