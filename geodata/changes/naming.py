"""What a person may name in a link from one record to another: what they see, and what the record names already.

Whatever else exists is answered as what does not: an identifier that is tried tells nothing, and no link leads to what
is hidden (decision 0248). Every way of writing takes it from here, for every link of every collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from django.core.exceptions import ValidationError
from django.db import models

from geodata import registry
from geodata.changes.judging import Errors
from geodata.features import Feature, FeatureQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

Link: TypeAlias = "models.ForeignKey[Any, Any] | models.ManyToManyField[Any, Any]"


def link_of(model: type[models.Model], name: str) -> Link | None:
    """The link of this name from a model to records, None where it is another field, or none."""
    links: list[Link] = [*_to_one(model), *_to_many(model)]
    return next((each for each in links if each.name == name), None)


def nameable(link: Link, by: User | AnonymousUser, holder: Feature | None = None) -> FeatureQuerySet:
    """The records that this person may name in a link of the `holder`, or of a new record."""
    seen = registry.of_model(link.related_model).visible_to(by)
    return seen if holder is None else seen | named(link, holder)


def named(link: Link, holder: Feature) -> FeatureQuerySet:
    """The records that the stored record names in this link, whoever may see them."""
    stored = link.model._base_manager.filter(pk=holder.pk)
    rows = cast("FeatureQuerySet", link.related_model._default_manager.all())
    return rows.filter(**{f"{_key(link)}__in": stored.values(_column(link))})


def unnameable(feature: Feature, chosen: Mapping[str, Any], by: User | AnonymousUser, was: Feature | None) -> Errors:
    """A sentence beside each link that names what this person may not: those of a record, and what is `chosen` for many.

    `was` is the record as it is stored, None for a new one.
    """
    return {link.name: [_absent(link, value)] for link, value in _unnameable(feature, chosen, by, was)}


def _unnameable(
    feature: Feature, chosen: Mapping[str, Any], by: User | AnonymousUser, was: Feature | None
) -> Iterator[tuple[Link, Any]]:
    for link in _to_one(type(feature)):
        value = getattr(feature, link.attname)
        if not link.editable or value is None or value == getattr(was, link.attname, None):
            continue
        if not nameable(link, by).filter(**{_key(link): value}).exists():
            yield link, value
    for many in _to_many(type(feature)):
        keys = {getattr(each, "pk", each) for each in chosen.get(many.name) or ()}
        if nameable(many, by, feature).filter(pk__in=keys).count() < len(keys):
            yield many, ", ".join(sorted(map(str, keys)))


def _to_one(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    links = [each for each in model._meta.concrete_fields if isinstance(each, models.ForeignKey)]
    return [each for each in links if issubclass(each.related_model, Feature)]


def _to_many(model: type[models.Model]) -> list[models.ManyToManyField[Any, Any]]:
    return [each for each in model._meta.many_to_many if issubclass(each.related_model, Feature)]


def _key(link: Link) -> str:
    return link.target_field.name if isinstance(link, models.ForeignKey) else "pk"


def _column(link: Link) -> str:
    return link.attname if isinstance(link, models.ForeignKey) else link.name


def _absent(link: Link, value: Any) -> str:
    """The sentence of a link to what does not exist."""
    about = {"model": link.related_model._meta.verbose_name, "pk": value, "field": _key(link), "value": value}
    return ValidationError(models.ForeignKey.default_error_messages["invalid"], params=about).messages[0]
