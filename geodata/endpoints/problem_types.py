"""What the type of a problem document says (RFC 9457 §3.1.1): its address leads here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.negotiation import ask_nothing_else
from geodata.formats.choice import JSON
from geodata.problems import NotFound, types


@endpoint("GET", gives=(JSON,))
def problem_type(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Status, title and meaning of a type of problem."""
    ask_nothing_else(request)
    found = types().get(slug)
    if found is None:
        raise NotFound(_("Cette adresse n’existe pas."))
    status, title, meaning = found
    address = request.build_absolute_uri(request.path)
    return document(request, {"type": address, "title": str(title), "status": status, "description": meaning})
