"""Who sees what of events and label projects; the sourced figures."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from agenda.models import ChiffreCle, Evenement, ProjetLabel
from geodata.features import FeatureQuerySet
from parcs.queries import visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def visible_events(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Events this person may see."""
    return visible(Evenement.objects.all(), user)


def visible_projects(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Label projects this person may see."""
    return visible(ProjetLabel.objects.all(), user)


def key_figures() -> QuerySet[ChiffreCle]:
    """The sourced figures, in their order."""
    return ChiffreCle.objects.order_by("rank", "id")
