"""What can be done with cabins."""

from django.utils.translation import gettext as _

from cabanes.models import Cabane
from cabanes.queries import distance_to_park_m
from geodata.changes.actions import Actions, Errors
from parcs import permissions

FAR_FROM_PARK_M = 500


def _rules(cabane: Cabane) -> Errors:
    if cabane.park_id and not cabane.park_reason:
        distance = distance_to_park_m(cabane)
        if distance is not None and distance > FAR_FROM_PARK_M:
            told = _("La cabane est à %(distance)d m de son parc : dites pourquoi.") % {"distance": distance}
            return {"park_reason": [told]}
    return {}


def _publish_rules(cabane: Cabane) -> Errors:
    if cabane.no_photo_reason or (cabane.pk and cabane.photos.exists()):
        return {}
    return {"no_photo_reason": [_("Ajoutez une photo avec son texte alternatif, ou dites pourquoi il n’y en a pas.")]}


cabanes = Actions(
    "cabanes.Cabane", collection="cabanes", permissions=permissions, rules=_rules, publish_rules=_publish_rules
)
