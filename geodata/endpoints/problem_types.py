"""What the type of a problem document says (RFC 9457 §3.1.1): its address leads here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from geodata.endpoints.answers import endpoint
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.endpoints.pages import show
from geodata.ogc.documents import DOCUMENT_FORMATS
from geodata.problems import NotFound, types


@endpoint("GET", gives=DOCUMENT_FORMATS)
def problem_type(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Status, title and meaning of a type of problem."""
    ask_nothing_else(request)
    found = types().get(slug)
    if found is None:
        raise NotFound(_("Cette adresse n’existe pas."))
    status, title, meaning = found
    address = request.build_absolute_uri(request.path)
    told = {"type": address, "title": str(title), "status": status, "description": meaning}
    return show(request, chosen_of(request), told, "geodata/problem.html")
