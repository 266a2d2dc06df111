"""What can be done with cabins."""

from typing import Any

from django.utils.translation import gettext as _

from cabanes.models import Cabane
from cabanes.queries import distance_to_park_m
from geodata.changes.actions import Actions
from geodata.changes.judging import Errors
from parcs import permissions

FAR_FROM_PARK_M = 500
AUTHOR_PARTS = {"name", "role", "country"}
AUTHOR_LENGTH = 200


def _rules(cabane: Cabane) -> Errors:
    errors: Errors = {}
    if not isinstance(cabane.authors, list) or not all(_is_author(author) for author in cabane.authors):
        errors["authors"] = [_('Une liste de personnes. Exemple : [{"name": "Ana Dupont", "role": "architecte"}]')]
    if cabane.park_id and not cabane.park_reason:
        distance = distance_to_park_m(cabane)
        if distance is not None and distance > FAR_FROM_PARK_M:
            told = _("La cabane est à %(distance)d m de son parc : dites pourquoi.") % {"distance": distance}
            errors["park_reason"] = [told]
    return errors


def _is_author(author: Any) -> bool:
    if not isinstance(author, dict) or not set(author) <= AUTHOR_PARTS or not author.get("name"):
        return False
    return all(isinstance(text, str) and len(text) <= AUTHOR_LENGTH for text in author.values())


def _publish_rules(cabane: Cabane) -> Errors:
    if cabane.no_photo_reason or (cabane.pk and cabane.photos.exists()):
        return {}
    return {"no_photo_reason": [_("Ajoutez une photo avec son texte alternatif, ou dites pourquoi il n’y en a pas.")]}


cabanes = Actions(
    "cabanes.Cabane",
    collection="cabanes",
    permissions=permissions,
    rules=_rules,
    publish_rules=_publish_rules,
    reads=("park", "photos"),
    between={"park_reason": ("park", "geom")},
)
