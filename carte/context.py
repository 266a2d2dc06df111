"""What every template knows of the site: name, menus, languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from carte import clock, wording

if TYPE_CHECKING:
    from django.http import HttpRequest

NAMES = {"fr": "Français", "en": "English", "nl": "Nederlands"}


def site(request: HttpRequest) -> dict[str, Any]:
    """The `site` of the templates; made only when a template asks for it."""
    return {"site": SimpleLazyObject(lambda: _site(request))}


def _site(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": settings.SITE_NAME,
        "territory": settings.SITE_TERRITORY,
        "publisher": settings.SITE_PUBLISHER,
        "contact": settings.SITE_CONTACT,
        "menu": _menu(request),
        "footer": _links(
            (_("Plan du site"), "pages:plan-du-site"),
            (_("Partenaires et API"), "pages:partenaires"),
            (_("Historique"), "pages:historique"),
            (_accessibility(), "pages:accessibilite"),
            (_("Mentions légales"), "pages:mentions-legales"),
            (_("Vie privée"), "pages:vie-privee"),
        ),
        "languages": languages(request),
        "moment": clock.moment(),
        "moment_hour": wording.hour(wording.local(clock.now())) if clock.is_within_a_day() else "",
    }


def _accessibility() -> str:
    """The state of conformity, which the law wants on every page (decree 2019-768, article 6)."""
    states = {
        "totale": _("Accessibilité : totalement conforme"),
        "partielle": _("Accessibilité : partiellement conforme"),
    }
    return states.get(settings.OPERATOR.state, _("Accessibilité : non conforme"))


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    items = _links(
        (_("Carte"), "home"),
        (_("Parcs"), "pages:parcs-list"),
        (_("Cabanes"), "pages:cabanes-list"),
        (_("Sentiers"), "pages:sentiers-list"),
        (_("Agenda"), "pages:agenda"),
        (_("Chiffres clés"), "pages:chiffres-cles"),
    )
    if request.user.is_authenticated:
        items += _links((_("Espace gestionnaire"), "gestion:home"))
    for item in items:
        item["current"] = item["url"] == request.path
    return items


def _links(*names: tuple[str, str]) -> list[dict[str, Any]]:
    links = []
    for label, name in names:
        try:
            links.append({"label": label, "url": reverse(name)})
        except NoReverseMatch:
            continue
    return links


def languages(request: HttpRequest) -> list[dict[str, Any]]:
    """This page in each language."""
    path, current = request.get_full_path(), translation.get_language()
    return [
        {"code": code, "name": NAMES[code], "url": translate_url(path, code), "current": code == current}
        for code, _name in settings.LANGUAGES
    ]
