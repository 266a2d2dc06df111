"""A selection as a list in words, the same words as on our own pages, for the frame and the web component."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from carte import wording
from carte.integrer import picture
from carte.integrer.selection import MOST, REVISION, Shown
from carte.pages import lines, relations
from carte.pages.addresses import address, list_address
from carte.pages.closures import Notice, closed_places
from carte.pages.texts import name_of, page_language
from geodata.params.changes import make_since
from geodata.queries import changes as feed
from geodata.queries.counting import COUNT_LIMIT


@dataclass(frozen=True)
class Entry:
    """One place: `lang` is the language of its name where that is not the page's; `closed` says what closes it."""

    id: str
    name: str
    lang: str
    line: str
    state: str
    shade: str
    closed: str
    url: str


def entries(rows: list[Any], shown: Shown, absolute: Callable[[str], str]) -> list[Entry]:
    """The rows as entries, with addresses that hold anywhere."""
    anybody = AnonymousUser()
    codes = {code for row in rows for code in lines.codes_of(row)}
    towns = {town.insee_code: town for town in relations.communes(codes, anybody)}
    closed = closed_places(shown.collection.id, anybody)
    return [_entry(row, towns, closed.get(row.pk), absolute) for row in rows]


def _entry(row: Any, towns: dict[str, Any], notice: Notice | None, absolute: Callable[[str], str]) -> Entry:
    name, state = name_of(row), lines.state(row)
    told = ""
    if notice:
        what = f"{notice.title.value} ({notice.why})"
        told = gettext("%(name)s : %(told)s") % {"name": f"{notice.word} {notice.when}", "told": what}
    line = lines.plain(lines.line(row, towns, with_state=False))
    return Entry(str(row.uuid), name.value, name.lang, line, state.words, state.shade, told, absolute(address(row)))


def document(shown: Shown, absolute: Callable[[str], str]) -> dict[str, Any]:
    """What the web component draws: title, list, addresses of picture, frame and our own list, and its few words.

    `live` is where changes are told, and from where on; the revision in the address of the picture keeps no old one shown, and
    there is no picture where nothing has a place.
    """
    # Before the rows: what is committed in between is told twice rather than never.
    live = {"url": absolute(reverse("api:live")), "since": make_since(feed.a_moment_ago())}
    drawn = picture.revision(shown.collection)
    rows, count = shown.rows()
    query = urlencode([*shown.asked.items(), (MOST, shown.most)])
    arguments = [shown.collection.id]
    is_placed = any(getattr(row, shown.collection.geometry.name) for row in rows)
    return {
        "title": shown.title,
        "lang": page_language(),
        "count": count,
        "places": [asdict(each) for each in entries(rows, shown, absolute)],
        "picture": absolute(f"{reverse('integrer:picture', args=arguments)}?{query}&{REVISION}={drawn}")
        if is_placed
        else "",
        "frame": absolute(f"{reverse('integrer:page', args=arguments)}?{query}"),
        "page": absolute(list_address(shown.collection)),
        "home": absolute(reverse("home")),
        "live": live,
        "words": words(count, len(rows)),
    }


def counted(count: int | None) -> str:
    """How many places there are, in words; None stands for more than were counted."""
    if count is None:
        return gettext("Plus de %(n)s lieux") % {"n": wording.number(COUNT_LIMIT)}
    return ngettext("%(n)s lieu", "%(n)s lieux", count) % {"n": count}


def words(count: int | None, shown: int) -> dict[str, str]:
    """The sentences of a piece, in the active language."""
    return {
        "count": counted(count),
        "more": gettext("Les %(n)s premiers ; la suite sur %(site)s") % {"n": shown, "site": settings.SITE_NAME}
        if count is None or count > shown
        else "",
        "nothing": gettext("Rien à montrer pour l’instant."),
        "map": gettext("Carte interactive"),
        "list": gettext("Toute la liste"),
        "numbers": gettext("Carte des lieux ; les numéros sont ceux de la liste."),
        "credit": gettext("Données %(publisher)s, Licence Ouverte 2.0") % {"publisher": settings.SITE_PUBLISHER},
    }
