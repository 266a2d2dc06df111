"""One view for the list of any collection: filters as plain GET, sixty to a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.template.loader import select_template
from django.views.decorators.http import require_safe

from carte import clock
from carte.bygone import with_past
from carte.pages import relations
from carte.pages.addresses import segment
from carte.pages.closures import closed_places
from carte.pages.filters import REACHABLE, ListFilter
from carte.pages.paging import Pages
from geodata import registry
from geodata.params.instants import AS_OF
from geodata.params.paging import whole_number
from geodata.queries import counting

if TYPE_CHECKING:
    from django.core.paginator import Page as Slice
    from django.http import HttpRequest

    from carte.pages.closures import Notice
    from geodata.registry import Collection

PER_PAGE = 60
GENERIC_TEMPLATE = "pages/list.html"


@dataclass(frozen=True)
class Listing:
    """A page of a list: `rows` is the slice shown, `query` the filters to keep in links.

    `filtered` by anything, by so many `active` filters beside the search. `unstated` are the filters to keep where nothing
    is found only for want of knowing who can go there, else None.
    """

    collection: "Collection"
    form: ListFilter
    rows: "Slice[Any] | None"
    communes: dict[str, Any]
    closed: "dict[int, Notice]"
    query: str
    filtered: bool
    active: int
    unstated: str | None


@require_safe
@with_past
def show(request: "HttpRequest", collection_id: str) -> HttpResponse:
    """The list of a collection; a filter that cannot be read is 400 with its sentence, an absent page 404."""
    collection = registry.get(collection_id)
    form = ListFilter(collection, request.user, request.GET)
    readable = form.is_valid()
    rows = _slice(form, collection, request) if readable else None
    kept = {key: value for key, value in request.GET.items() if key in form.fields and value}
    moment = {AS_OF: request.GET[AS_OF]} if request.GET.get(AS_OF) else {}
    listing = Listing(
        collection=collection,
        form=form,
        rows=rows,
        communes={town.insee_code: town for town in relations.communes(_codes(rows), request.user)},
        closed=closed_places(collection_id, request.user),
        query=urlencode(kept | moment),
        filtered=bool(kept),
        active=len(kept.keys() - {"q"}),
        unstated=_unstated(form, collection, kept | moment) if readable and not rows else None,
    )
    template = select_template([f"pages/{segment(collection)}_list.html", GENERIC_TEMPLATE])
    return HttpResponse(
        template.render({"listing": listing, "collection": collection}, request), status=200 if readable else 400
    )


def _unstated(form: ListFilter, collection: "Collection", kept: dict[str, Any]) -> str | None:
    if not form.unstated(collection.visible_to(form.user)):
        return None
    return urlencode({key: value for key, value in kept.items() if key not in REACHABLE})


def _slice(form: ListFilter, collection: "Collection", request: "HttpRequest") -> "Slice[Any]":
    rows = form.narrow(collection.visible_to(request.user)).defer(*relations.shapes(collection))
    is_whole = not any(form.cleaned_data.values()) and not request.user.is_authenticated and clock.moment() is None
    whole = counting.total(collection) if is_whole else None
    pages = Pages(rows.by_name(), PER_PAGE, whole)
    number = whole_number(request.GET.get("page", "1"), pages.num_pages)
    if not number:
        raise Http404
    return pages.page(number)


def _codes(rows: "Iterable[Any] | None") -> Iterable[str]:
    for row in rows or ():
        stated = getattr(row, "stated_communes", None) or getattr(row, "communes", None)
        if isinstance(stated, list):
            yield from stated[:3]
        else:
            code = getattr(row, "stated_commune", "") or getattr(row, "commune_id", "")
            if code:
                yield code
