"""Landing page, conformance, OpenAPI and its human page."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from geodata import registry
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.pages import show
from geodata.formats.choice import choose
from geodata.ogc import documents, openapi
from geodata.params.items import single


def root_of(request: HttpRequest) -> str:
    """The absolute address of the landing page."""
    return request.build_absolute_uri("/api/")


@endpoint("GET")
def landing(request: HttpRequest) -> HttpResponseBase:
    """The landing page (OGC API Features §7.2)."""
    chosen = choose(request.headers.get("Accept", ""), single(request.GET, ("f",)).get("f"), documents.DOCUMENT_FORMATS)
    return show(request, chosen, documents.landing(root_of(request), chosen), "geodata/landing.html")


@endpoint("GET")
def conformance(request: HttpRequest) -> HttpResponseBase:
    """The conformance classes (§7.4)."""
    chosen = choose(request.headers.get("Accept", ""), single(request.GET, ("f",)).get("f"), documents.DOCUMENT_FORMATS)
    return show(request, chosen, documents.conformance(root_of(request), chosen), "geodata/conformance.html")


@endpoint("GET")
def openapi_json(request: HttpRequest) -> HttpResponseBase:
    """The API definition (§7.3)."""
    single(request.GET, ("f",))
    return document(request, openapi.document(root_of(request), registry.collections()), documents.OPENAPI_TYPE)


@endpoint("GET")
def docs(request: HttpRequest) -> HttpResponseBase:
    """The human page of the API definition."""
    single(request.GET, ("f",))
    described = openapi.document(root_of(request), registry.collections())
    return render(request, "geodata/docs.html", {"document": described})
