"""Who sees what of closures."""

from typing import TYPE_CHECKING

from alertes.models import Fermeture
from geodata.features import FeatureQuerySet
from parcs.queries import visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def visible_to(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Closures this person may see."""
    return visible(Fermeture.objects.all(), user)
