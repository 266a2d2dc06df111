"""sitemap.xml and robots.txt: every public page of every collection, in three languages.

Format: https://www.sitemaps.org/protocol.html with hreflang alternates. The index lists parts of
`PER_PART` features, each one query on the primary key; nothing is counted twice.
"""

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from carte.pages.addresses import address_of
from carte.pages.urls import urlpatterns
from geodata import registry
from geodata.problems import NotFound
from geodata.queries import counting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest

    from geodata.registry import Collection

PER_PART = 5000
PAGES = "pages"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
PRIVATE = ("gestion", "administration", "connexion", "mot-de-passe")
MEDIA_TYPE = "application/xml; charset=utf-8"


@require_safe
def index(request: "HttpRequest") -> HttpResponse:
    """The list of parts: the standing pages, then each collection by `PER_PART`."""
    names = [f"{PAGES}-1"]
    for collection in registry.collections():
        last = -(-counting.total(collection) // PER_PART)
        names += [f"{collection.id}-{number}" for number in range(1, last + 1)]
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
        yield _entry(request, lambda name=name: reverse(name))  # type: ignore[misc]


def _features(request: "HttpRequest", collection: "Collection", number: int) -> "Iterator[str]":
    rows = collection.visible_to(AnonymousUser()).order_by("id").values_list(collection.page_key, "updated_at")
    start = (number - 1) * PER_PART
    for key, changed in rows[start : start + PER_PART]:
        yield _entry(request, lambda key=key: address_of(collection, key), changed)  # type: ignore[misc]


def _entry(request: "HttpRequest", address: "Callable[[], str]", changed: Any = None) -> str:
    """The addresses of one page: the French one, and the alternates."""
    paths = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            paths[code] = request.build_absolute_uri(address())
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(path)}/>'
        for code, path in {**paths, "x-default": paths[settings.LANGUAGE_CODE]}.items()
    )
    stamp = f"<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed else ""
    return f"<url><loc>{escape(paths[settings.LANGUAGE_CODE])}</loc>{stamp}{links}</url>\n"
