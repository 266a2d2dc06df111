"""Who sees what of cabins."""

from typing import TYPE_CHECKING

from cabanes.models import Cabane
from geodata.features import FeatureQuerySet
from parcs.queries import visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def visible_to(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Cabins this person may see."""
    return visible(Cabane.objects.all(), user)
