"""Links between features, always through the one visibility rule of each collection."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Field, ForeignKey, Q, Value
from django.db.models.functions import Coalesce, Collate, NullIf

from carte.pages.kinds import Section
from carte.pages.texts import FALLBACK, page_language
from geodata import registry
from geodata.features import Feature, is_shape
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

MOST = 60


def named(collection_id: str, key: str, user: "User | AnonymousUser") -> list[tuple[str, str]]:
    """The visible features of a collection to choose from: `key` and the name in the page's language, in its order."""
    collection, language = registry.get(collection_id), page_language()
    stem = collection.model_class.label_stem
    told = Coalesce(NullIf(f"{stem}_{language}", Value("")), f"{stem}_{FALLBACK}")
    rows = collection.visible_to(user).annotate(told=told).order_by(Collate("told", f"{language}-x-icu"), "id")
    return list(rows.values_list(key, "told"))


def holders(collection: Collection) -> list[str]:
    """The properties that name an authority: who looks after a thing, the agglomeration of a commune."""
    authorities = registry.get("autorites").model_class
    return [name for name, field in collection.fields.items() if field.related_model is authorities]


def related(
    collection_id: str,
    user: "User | AnonymousUser",
    *conditions: Any,
    most: int = MOST,
    shapes_too: bool = False,
    **filters: Any,
) -> list[Any]:
    """Visible features of a collection that satisfy the conditions, by name; without their shapes unless asked."""
    collection = registry.get(collection_id)
    rows = collection.visible_to(user).filter(*conditions, **filters)
    if not shapes_too:
        rows = rows.defer(*shapes(collection))
    return list(rows.by_name()[:most])


def communes(codes: Iterable[str], user: "User | AnonymousUser") -> list[Any]:
    """The communes of these INSEE codes, in the order given, each once."""
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return []
    collection = registry.get("communes")
    rows = collection.visible_to(user).defer(*shapes(collection)).filter(insee_code__in=wanted)
    found = {row.insee_code: row for row in rows}
    return [found[code] for code in wanted if code in found]


def in_communes(collection: Collection, codes: list[str]) -> Q | None:
    """In one of these communes; None if the collection has no commune.

    The communes that a source states win over those derived from the shape (decisions 5).
    """
    fields = collection.fields
    if "stated_communes" in fields:
        return Q(stated_communes__overlap=codes) | Q(stated_communes__len=0, communes__overlap=codes)
    if "stated_commune" in fields:
        return Q(stated_commune__in=codes) | Q(stated_commune="", commune__in=codes)
    return Q(commune__in=codes) if "commune" in fields else None


def others_of(target: Feature, shown: Iterable[str], user: "User | AnonymousUser") -> list[Section]:
    """Collections that a page does not know by name and whose features point at `target`.

    A new collection with a published foreign key (an access point of a park) so appears on the
    page of its target without a line here.
    """
    skipped = set(shown)
    sections = []
    for collection in registry.collections():
        link = _link_to(collection, target)
        if collection.id in skipped or link is None:
            continue
        rows = list(collection.visible_to(user).filter(**{link: target}).by_name()[:MOST])
        if rows:
            sections.append(Section(collection, rows))
    return sections


def shapes(collection: Collection) -> list[str]:
    """The geometry columns and the heights: a list of links needs none, and contours weigh most of a row."""
    columns = collection.model_class._meta.fields
    shapes = [each.name for each in columns if is_shape(each)]
    return [*shapes, collection.elevations] if collection.elevations else shapes


def _link_to(collection: Collection, target: Feature) -> str | None:
    for name, field in collection.fields.items():
        if name != "authority" and _points_at(field, target):
            return name
    return None


def _points_at(field: "Field[Any, Any]", target: Feature) -> bool:
    return isinstance(field, ForeignKey) and field.related_model is type(target)
