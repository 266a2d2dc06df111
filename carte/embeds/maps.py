"""A stored partner map → the value that folium's script is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from carte.layers import ORIGIN, StoredLayer, read_layers
from carte.map_config import map_config
from carte.models import CartePartenaire
from carte.pages.addresses import list_address
from carte.pages.texts import page_language, text_of
from geodata import registry
from geodata.formats.folium_map import Bounds, MapLayer, MapView
from geodata.queries import extent
from geodata.registry import Collection

CLOSURES = "fermetures"
GROUND_COLOUR = "#faf6ec"
REFRESH_S = 300
DECIMALS = 3


def published() -> QuerySet[CartePartenaire]:
    """The partner maps that anybody may embed."""
    return CartePartenaire.objects.filter(published=True)


def frame_ancestors(carte: CartePartenaire) -> list[str]:
    """The sites whose pages may show this map: the allowed ones and ourselves, or all of them."""
    sites = [site for site in carte.allowed_sites if ORIGIN.fullmatch(site)]
    return ["'self'", *sites] if carte.allowed_sites else ["*"]


def layers_of(carte: CartePartenaire) -> list[StoredLayer]:
    """The layers that can be shown, in drawing order."""
    return list(read_layers(carte.layers))


def view_of(carte: CartePartenaire) -> MapView:
    """The map in the active language, fed live by the API."""
    layers = layers_of(carte)
    drawn = named(_layer(rank, layer) for rank, layer in enumerate(layers))
    centre = (carte.centre.x, carte.centre.y) if carte.centre else None
    bounds = None if centre else data_bounds(layer.collection for layer in layers if not layer.ground)
    return MapView(layers=drawn, bounds=bounds, centre=centre, zoom=carte.zoom, texts=texts(), base=_base())


def _base() -> dict[str, Any]:
    """What the basemap of our pages wants to know; it is the same here."""
    return {name: value for name, value in map_config().items() if name not in ("words", "bounds")}


def ground_layer() -> MapLayer:
    """The contours of communes, for a map that has no basemap of its own."""
    communes = StoredLayer(registry.get("communes"), {}, GROUND_COLOUR, {}, ground=True)
    return replace(_layer(0, communes), id="ground")


def named(layers: Iterable[MapLayer]) -> list[MapLayer]:
    """The layers with titles that differ: the list of layers knows them by title."""
    seen: Counter[str] = Counter()
    found = []
    for layer in layers:
        seen[layer.title] += 1
        again = seen[layer.title] > 1
        found.append(replace(layer, title=f"{layer.title} ({seen[layer.title]})") if again else layer)
    return found


def _layer(rank: int, layer: StoredLayer) -> MapLayer:
    collection = layer.collection
    address = reverse("api:items", args=[collection.id])
    return MapLayer(
        id=f"{collection.id}-{rank}",
        title=title_of(layer),
        colour=layer.colour,
        icon=collection.icon,
        label=collection.label,
        key=collection.page_key,
        page=list_address(collection),
        url=f"{address}?{urlencode(layer.filter)}" if layer.filter else address,
        current=bool(collection.datetime) and "datetime" not in layer.filter,
        ground=layer.ground,
        refresh_s=REFRESH_S if collection.id == CLOSURES else 0,
    )


def title_of(layer: StoredLayer) -> str:
    """The title of a layer in the active language: its own, else the collection's."""
    return layer.titles.get(page_language()) or layer.titles.get("fr") or str(layer.collection.title)


def data_bounds(collections: Iterable[Collection]) -> Bounds:
    """The box of what everybody sees of these collections, outwards to three decimals; else the instance's extent."""
    boxes = [box for each in collections if (box := extent.public_extent(each).box)]
    if not boxes:
        west, south, east, north = settings.GEODATA_EXTENT
        return west, south, east, north
    step = 10**-DECIMALS
    return (
        round(min(box[0] for box in boxes) - step / 2, DECIMALS),
        round(min(box[1] for box in boxes) - step / 2, DECIMALS),
        round(max(box[2] for box in boxes) + step / 2, DECIMALS),
        round(max(box[3] for box in boxes) + step / 2, DECIMALS),
    )


def texts() -> dict[str, str]:
    """What the script says, in the active language."""
    return {
        "attribution": gettext("Données %(publisher)s, Licence Ouverte 2.0") % {"publisher": settings.SITE_PUBLISHER},
        "ground": gettext("Limites © IGN Admin Express"),
        "zoom_in": gettext("Agrandir"),
        "zoom_out": gettext("Réduire"),
        "whole_screen": gettext("Plein écran"),
        "layers": gettext("Choisir ce que la carte montre"),
        "page": gettext("Voir la fiche"),
        "failed": gettext("La carte interactive ne s’est pas chargée. La liste reste complète."),
        "zoom": gettext("il y en a trop pour tout montrer, agrandissez."),
        "schematic": gettext("Emprise schématique : elle situe le lieu, elle ne se mesure pas."),
        "schematic_line": gettext("Tracé schématique : il relie les bons lieux, il ne se suit pas au GPS."),
        "approximate": gettext("Position approximative."),
        "nothing": gettext("aucun"),
    }


def title(carte: CartePartenaire) -> str:
    """The title of a map in the active language."""
    return str(text_of(carte, "title"))


def lists_of(carte: CartePartenaire) -> list[dict[str, Any]]:
    """The lists that hold as text what the map shows."""
    seen = {layer.collection.id: layer.collection for layer in layers_of(carte) if not layer.ground}
    return [{"title": each.title, "url": list_address(each)} for each in seen.values()]
