"""Who sees what of cabins."""

from typing import TYPE_CHECKING

from cabanes.models import Cabane
from geodata.features import FeatureQuerySet
from geodata.units import LAMBERT93
from parcs.queries import visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def visible_to(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Cabins this person may see."""
    return visible(Cabane.objects.all(), user)


def distance_to_park_m(cabane: Cabane) -> float | None:
    """Metres from the cabin to the outline of its park; None where the outline is a drawing."""
    if cabane.park is None or cabane.park.is_schematic or cabane.geom is None:
        return None
    here = cabane.geom.transform(LAMBERT93, clone=True)
    return float(cabane.park.geom.transform(LAMBERT93, clone=True).distance(here))
