"""What the scripts of a map need to know, as JSON in the page."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext as _

from carte import clock
from carte.pages.addresses import onward
from geodata import registry
from geodata.basemap import plan_ign
from geodata.basemap.models import GroundSource
from geodata.params.changes import make_since
from geodata.queries import changes as feed
from geodata.queries import extent

TOWNS = 60


def _ground(root: str) -> dict[str, Any]:
    """Under the data: Plan IGN through our cache, or our own ground; and whom to credit for what is shown."""
    limits = _("Limites © IGN Admin Express")
    if plan_ign.in_use():
        return {"plan": f"{root}fond/plan-ign/{{z}}/{{y}}/{{x}}.png", "attribution": f"© IGN Plan IGN · {limits}"}
    loaded = GroundSource.objects.order_by("-pk").first()
    if loaded is None:
        return {"attribution": limits}
    return {"ground": f"{root}fond/tuiles/{{z}}/{{y}}/{{x}}", "attribution": f"{loaded.attribution} · {limits}"}


def map_config() -> dict[str, Any]:
    """Tile addresses, bounds in degrees (south-west, north-east), attribution and words."""
    nobody = AnonymousUser()
    box = extent.public_extent(registry.get("parcs")).box or settings.GEODATA_EXTENT
    west, south, east, north = box
    root = reverse("api:landing")
    towns = registry.get("communes").visible_to(nobody).filter(centre__isnull=False).order_by("-population", "id")
    return {
        "bounds": [[south, west], [north, east]],
        "tiles": {
            each.id: f"{root}collections/{each.id}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}{onward()}"
            for each in registry.collections()
        },
        "towns": [
            [name, round(centre.x, 4), round(centre.y, 4)]
            for name, centre in towns.values_list("name_fr", "centre")[:TOWNS]
        ],
        **_ground(root),
        "live": {"url": reverse("api:live"), "since": make_since(feed.a_moment_ago())}
        if clock.moment() is None
        else None,
        "words": {
            "keys": _("Carte : flèches pour la déplacer, + et − pour l’échelle"),
            "zoomIn": _("Zoomer"),
            "zoomOut": _("Dézoomer"),
            "failed": _("La carte interactive ne s’est pas chargée. La liste reste complète."),
            "cluster": _("{n} lieux, zoomer"),
            "closed": _("fermé"),
            "centred": _("Carte centrée sur {name}"),
            "before": _("Votre position reste dans votre téléphone. Elle sert à trier la liste."),
            "continue": _("Continuer"),
            "refused": _("Position non partagée. Choisissez une commune dans la liste."),
            "noPosition": _("Position non partagée. Touchez la carte ou tapez les coordonnées."),
            "accuracy": _("Précision du GPS : {metres} m."),
            "away": _("à {km} km"),
            "inPark": _("Dans : {name}."),
            "inCommune": _("Commune : {name}."),
            "alike": _("Attention, une fiche proche existe : {name}, à {metres} m."),
            "sorted": _("Liste triée du plus proche au plus lointain."),
        },
    }
