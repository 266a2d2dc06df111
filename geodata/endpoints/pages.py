"""A document of the API as JSON, or as a page for a browser."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from geodata.endpoints.answers import document
from geodata.formats.choice import HTML, Format


def show(
    request: HttpRequest, chosen: Format, content: dict[str, Any], template: str, **context: Any
) -> HttpResponseBase:
    """The document in the chosen format, with a `Link` header that repeats its links (RFC 8288)."""
    page = chosen is HTML
    response = render(request, template, {"document": content} | context) if page else document(request, content)
    response["Link"] = link_header(content.get("links", []))
    response["Cache-Control"] = "public, max-age=60"
    return response


def link_header(links: list[dict[str, Any]]) -> str:
    """The links of a document as one header; titles are left to the document."""
    return ", ".join(f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"' for each in links)
