"""`/api/catalogue`: what is offered here, for portals that harvest DCAT."""

from collections.abc import Sequence
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from geodata import registry
from geodata.catalogue.graph import Entry, graph
from geodata.endpoints import validators
from geodata.endpoints.answers import endpoint
from geodata.endpoints.naming import dated
from geodata.endpoints.negotiation import chosen_of
from geodata.endpoints.pages import link_header
from geodata.formats.choice import Format
from geodata.ogc.links import link
from geodata.params.items import single
from geodata.problems import NotFound
from geodata.queries import extent, states

JSON_LD = Format(name="jsonld", media_type="application/ld+json", title="JSON-LD", accepts=("application/json",))
TURTLE = Format(name="ttl", media_type="text/turtle", parameters="; charset=utf-8", title="Turtle")
RDF_XML = Format(name="rdf", media_type="application/rdf+xml", title="RDF/XML", accepts=("application/xml", "text/xml"))
WRITERS = {JSON_LD.name: "json-ld", TURTLE.name: "turtle", RDF_XML.name: "pretty-xml"}
OFFERED = (JSON_LD, TURTLE, RDF_XML)


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
    root, state = request.build_absolute_uri("/"), states.public_state(None)
    etag = validators.of_page(request.META, state, chosen.name, "")
    response = validators.not_modified(request, etag)
    if response is None:
        response = HttpResponse(written(root, state, chosen), content_type=chosen.content_type)
        response["Content-Disposition"] = dated("catalogue", chosen.name, inline=True)
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    base = f"{root}api/catalogue"
    response["Link"] = link_header(
        [link(f"{base}.{each.name}", "self" if each is chosen else "alternate", each.media_type) for each in OFFERED]
    )
    return response


@lru_cache(maxsize=8)
def written(root: str, state: states.State, chosen: Format) -> bytes:
    """The text for this state: writing it takes some tens of milliseconds, once a change."""
    collections = list(registry.collections())
    last = states.last_changes(collections)
    entries = [
        Entry(each, extent.public_extent(each), last[each.id].at if each.id in last else None) for each in collections
    ]
    return graph(root, entries).serialize(format=WRITERS[chosen.name], encoding="utf-8")
