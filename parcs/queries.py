"""Who sees what of authorities, communes and parks; memberships of a person."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from geodata.features import FeatureQuerySet
from parcs.codes import Role
from parcs.models import Adhesion, Autorite, Commune, Equipement, Parc, PointAcces

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def member_authorities(user: "User | AnonymousUser") -> list[str]:
    """Codes of the authorities this person is a member of, in any role."""
    if not user.is_authenticated:
        return []
    codes = Adhesion.objects.filter(user=user).order_by("authority").values_list("authority__code", flat=True)
    return list(codes)


def visible(features: FeatureQuerySet, user: "User | AnonymousUser") -> FeatureQuerySet:
    """The one visibility rule: published for all, drafts for the members of their authority."""
    superuser = user.is_authenticated and user.is_superuser
    mine = [] if superuser else member_authorities(user)
    rows = features.visible_with(everything=superuser, authorities=mine)
    looks_after_itself = bool(mine) and issubclass(features.model, Autorite)
    return rows | features.alive().filter(code__in=mine) if looks_after_itself else rows


def owned(features: FeatureQuerySet, user: "User | AnonymousUser") -> FeatureQuerySet:
    """What this person's authorities look after, the binned included; an authority looks after itself."""
    if user.is_authenticated and user.is_superuser:
        return features
    column = "code" if issubclass(features.model, Autorite) else "authority"
    return features.filter(**{f"{column}__in": member_authorities(user)})


def publishable(features: FeatureQuerySet, user: "User | AnonymousUser") -> FeatureQuerySet:
    """What is alive and this person may publish: `permissions.may_publish` as one statement."""
    rows = features.filter(deleted_at__isnull=True)
    if not user.is_authenticated or not user.is_active:
        return rows.none()
    if user.is_superuser:
        return rows
    owner = "code" if issubclass(features.model, Autorite) else "authority"
    park = "uuid" if issubclass(features.model, Parc) else "park" if hasattr(features.model, "park") else ""
    roles = Adhesion.objects.filter(user=user, role__in=(Role.PUBLISHER, Role.ADMIN))
    everywhere = Q(**{f"{owner}__in": roles.filter(parks=None).values("authority")})
    if not park:
        return rows.filter(everywhere)
    here = roles.filter(
        authority=OuterRef(f"{owner}_id" if owner == "authority" else owner), parks__uuid=OuterRef(park)
    )
    return rows.filter(everywhere | Exists(here))


def visible_parks(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Parks this person may see."""
    return visible(Parc.objects.all(), user)


def visible_authorities(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Authorities this person may see."""
    return visible(Autorite.objects.all(), user)


def visible_communes(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Communes this person may see."""
    return visible(Commune.objects.all(), user)


def memberships(user: "User | AnonymousUser") -> list[Adhesion]:
    """The memberships of this person with their authority."""
    if not user.is_authenticated:
        return []
    return list(Adhesion.objects.filter(user=user).select_related("authority").order_by("authority"))


def visible_access_points(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Access points this person may see."""
    return visible(PointAcces.objects.all(), user)


def visible_amenities(user: "User | AnonymousUser") -> FeatureQuerySet:
    """Amenities this person may see."""
    return visible(Equipement.objects.all(), user)
