"""What a map must say of a shape that nobody surveyed (decisions 1)."""

from typing import Any

from django.utils.translation import gettext

from geodata.features import GeomQuality


def caption(feature: Any) -> str:
    """The sentence under the map; empty for a surveyed shape or none."""
    if feature.geom is None or feature.geom_quality == GeomQuality.SURVEYED:
        return ""
    schematic = feature.geom_quality == GeomQuality.SCHEMATIC
    if feature.geom.geom_type.endswith("Point"):
        if schematic:
            return gettext("Position schématique : seule la commune est connue.")
        return gettext("Position approximative, à quelques centaines de mètres près.")
    if feature.geom.geom_type.endswith("LineString"):
        if schematic:
            return gettext("Tracé schématique : il relie les bons lieux, il ne se suit pas au GPS.")
        return gettext("Tracé approximatif.")
    if schematic:
        return gettext("Contour schématique : il montre où est le lieu, pas ses limites.")
    return gettext("Contour généralisé : il n’a pas valeur de limite.")
