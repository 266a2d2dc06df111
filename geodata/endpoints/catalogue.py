"""`/api/catalogue`: what is offered here, for portals that harvest DCAT, and as a page."""

from collections.abc import Sequence
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from geodata import registry
from geodata.catalogue.graph import Entry, files, graph
from geodata.endpoints import validators
from geodata.endpoints.answers import endpoint
from geodata.endpoints.naming import dated
from geodata.endpoints.negotiation import chosen_of
from geodata.endpoints.pages import link_header, show
from geodata.formats.choice import HTML, Format
from geodata.ogc.links import Link, link
from geodata.params.items import single
from geodata.problems import NotFound
from geodata.queries import extent, states

JSON_LD = Format(name="jsonld", media_type="application/ld+json", title="JSON-LD", accepts=("application/json",))
TURTLE = Format(name="ttl", media_type="text/turtle", parameters="; charset=utf-8", title="Turtle")
RDF_XML = Format(name="rdf", media_type="application/rdf+xml", title="RDF/XML", accepts=("application/xml", "text/xml"))
WRITERS = {JSON_LD.name: "json-ld", TURTLE.name: "turtle", RDF_XML.name: "pretty-xml"}
OFFERED = (JSON_LD, TURTLE, RDF_XML, HTML)


def _of_ending(_request: HttpRequest, ending: str = "") -> Sequence[Format]:
    """Raises NotFound."""
    found = [each for each in OFFERED if ending in ("", each.name)]
    if not found:
        raise NotFound(_("Cette adresse n’existe pas."))
    return found


@endpoint("GET", gives=_of_ending)
def catalogue(request: HttpRequest, ending: str = "") -> HttpResponseBase:
    """The catalogue; the ending, `f` or `Accept` choose its form. 304 while nothing changed."""
    single(request.GET, () if ending else ("f",))
    chosen = chosen_of(request)
    root = request.build_absolute_uri("/")
    links = _links(root, chosen)
    if chosen is HTML:
        listed = [{"entry": each, "files": list(files(root, each.collection))} for each in _entries()]
        return show(request, chosen, {"links": links}, "geodata/catalogue.html", datasets=listed)
    state = states.public_state(None)
    etag = validators.of_page(request.META, state, chosen.name, "")
    response = validators.not_modified(request, etag)
    if response is None:
        response = HttpResponse(written(root, state, chosen), content_type=chosen.content_type)
        response["Content-Disposition"] = dated("catalogue", chosen.name, inline=True)
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    response["Link"] = link_header(links)
    return response


def _links(root: str, chosen: Format) -> list[Link]:
    base = f"{root}api/catalogue"
    return [
        link(f"{base}.{each.name}", "self" if each is chosen else "alternate", each.media_type, each.title)
        for each in OFFERED
    ]


@lru_cache(maxsize=8)
def written(root: str, state: states.State, chosen: Format) -> bytes:
    """The text for this state: writing it takes some tens of milliseconds, once a change."""
    return graph(root, _entries()).serialize(format=WRITERS[chosen.name], encoding="utf-8")


def _entries() -> list[Entry]:
    collections = list(registry.collections())
    last = states.last_changes(collections)
    return [
        Entry(each, extent.public_extent(each), last[each.id].at if each.id in last else None) for each in collections
    ]
