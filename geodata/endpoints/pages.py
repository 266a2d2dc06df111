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


# Proxies give the whole head of an answer 4 kB; with a long filter the other formats would fill it.
MAX_ALTERNATES = 1_500


def link_header(links: list[dict[str, Any]]) -> str:
    """The links of a document as one header; titles, templates, and alternates beyond MAX_ALTERNATES characters, are left to it."""
    found, room = [], MAX_ALTERNATES
    for each in links:
        if each.get("templated"):
            continue
        said = f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"'
        room -= len(said) if each["rel"] == "alternate" else 0
        if each["rel"] != "alternate" or room > 0:
            found.append(said)
    return ", ".join(found)
