"""`properties`, `profile`, `skipGeometry`: what of each feature is wanted (decision 0121)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter
from geodata.registry import FULL, Collection

PROPERTIES, PROFILE, SKIP_GEOMETRY = "properties", "profile", "skipGeometry"
OWN = (PROPERTIES, PROFILE, SKIP_GEOMETRY)
BOOLEANS = {"true": True, "false": False}
ID = "id"


@dataclass(frozen=True)
class Columns:
    """The properties that are wanted (None: all), in the order of publication, and whether the geometry is.

    The id is always given.
    """

    names: tuple[str, ...] | None = None
    geometry: bool = True

    def of(self, collection: Collection) -> tuple[str, ...]:
        """The names of the properties of this collection that are wanted."""
        return tuple(collection.fields) if self.names is None else self.names


EVERYTHING = Columns()


def parse_columns(given: Mapping[str, str], collection: Collection) -> Columns:
    """What these parameters ask for: a profile or a list of properties, with or without geometry. Raises BadParameter."""
    if PROPERTIES in given and PROFILE in given:
        raise BadParameter(PROFILE, _("Un profil ou une liste de propriétés (properties), pas les deux."))
    columns = EVERYTHING
    if PROPERTIES in given:
        columns = Columns(_listed(given[PROPERTIES], collection))
    elif PROFILE in given:
        columns = _profile(given[PROFILE], collection)
    if SKIP_GEOMETRY in given:
        columns = Columns(columns.names, geometry=not parse_flag(given, SKIP_GEOMETRY))
    return columns


def parse_flag(given: Mapping[str, str], name: str) -> bool:
    """The value of a parameter that is true or false, false without it. Raises BadParameter."""
    try:
        return BOOLEANS[given.get(name, "false")]
    except KeyError:
        raise BadParameter(name, _("true ou false.")) from None


def _listed(text: str, collection: Collection) -> tuple[str, ...]:
    wanted = set(text.split(","))
    unknown = wanted - {ID, *collection.fields}
    if unknown:
        told = _("Propriété inconnue : « %(name)s ». La liste est à l’adresse %(address)s.")
        address = f"/api/collections/{collection.id}/schema"
        raise BadParameter(PROPERTIES, told % {"name": min(unknown)[:80], "address": address})
    return tuple(name for name in collection.fields if name in wanted)


def _profile(name: str, collection: Collection) -> Columns:
    profiles = collection.profiles
    if name not in profiles:
        raise BadParameter(PROFILE, _("Profil inconnu. Connus : %(known)s.") % {"known": ", ".join(profiles)})
    if name == FULL:
        return EVERYTHING
    found = profiles[name]
    return Columns(found.properties, geometry=found.geometry)
