"""Who sees what of trails."""

from typing import TYPE_CHECKING

from geodata.features import FeatureQuerySet
from parcs.queries import visible
from sentiers.models import Sentier

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def visible_to(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Trails this person may see."""
    return visible(Sentier.objects.all(), user)
