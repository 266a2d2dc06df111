"""From an address to a feature: found, moved, gone, or unknown.

An unpublished feature answers exactly as an address that never existed, so that a guess teaches
nothing about drafts.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q

from carte import clock
from geodata import registry
from geodata.changes import whereabouts
from geodata.changes.whereabouts import Departure
from geodata.features import Feature, Status
from geodata.problems import Gone, NotFound
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

RESEMBLANCE = 0.3
# No index serves the resemblance: 0.3 s for 200 000 rows, more than a mistyped address is worth.
MOST_COMPARED = 20_000


class Moved(Exception):
    """The feature now has another key: answer 301."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Deleted(Gone):
    """The feature was deleted: when and why as everybody may know; `feature` is its last row while it lies in the bin."""

    def __init__(self, departure: Departure, feature: Any = None) -> None:
        super().__init__()
        self.departure, self.feature = departure, feature


def find(collection: Collection, key: str, user: "User | AnonymousUser", related: tuple[str, ...] = ()) -> Any:
    """The feature of this key that the person may see, with whose name it may tell them (`texts.is_told`).

    Raises Moved for a former slug, Deleted for one that was public and is gone, NotFound else.
    """
    visible = collection.visible_to(user)
    # A join would lose a feature whose authority was not public at the moment that is shown.
    joined = visible.select_related(*related) if clock.moment() is None else visible
    found = joined.filter(**{collection.page_key: key}).first()
    if found is not None:
        return _with_sight(found, user) if clock.moment() is None else _completed(found)
    raise _why_not(collection, key, user)


def _with_sight(feature: Any, user: "User | AnonymousUser") -> Any:
    """The same feature; what it refers to, not everybody may see, and this person may, is marked as seen."""
    if user.is_authenticated:
        fields = feature._meta.concrete_fields
        links = (each for each in fields if each.many_to_one and issubclass(each.related_model, Feature))
        for each in (getattr(feature, link.name) for link in links):
            if each is not None and not each.is_public:
                seen = registry.of_model(type(each)).visible_to(user).filter(pk=each.pk).exists()
                each.is_seen = seen
    return feature


def _completed(feature: Any) -> Any:
    """The same feature of the past; what it refers to and was not public then is nothing, or its bare code."""
    for field in feature._meta.concrete_fields:
        model = field.related_model
        if field.many_to_one and issubclass(model, Feature):
            try:
                getattr(feature, field.name)
            except ObjectDoesNotExist:
                code = getattr(feature, field.attname)
                named = {f"{model.label_stem}_fr": code, field.target_field.attname: code, "status": Status.ARCHIVED}
                feature._state.fields_cache[field.name] = None if field.null else model(**named)
    return feature


def similar(collection: Collection, key: str, user: "User | AnonymousUser", limit: int = 5) -> list[Any]:
    """Visible features whose address looks like this one: a mistyped or truncated link."""
    words = key[:120]
    visible = collection.visible_to(user)
    if visible.order_by("id")[MOST_COMPARED : MOST_COMPARED + 1].exists():
        # The index of unique slugs serves the beginning of a word only.
        return list(visible.filter(slug__startswith=words[: len(words) * 2 // 3]).order_by("slug")[:limit])
    rows = visible.annotate(likeness=TrigramSimilarity("slug", words))
    return list(rows.filter(likeness__gte=RESEMBLANCE).order_by("-likeness", "id")[:limit])


def _why_not(collection: Collection, key: str, user: "User | AnonymousUser") -> Exception:
    """Where a key that finds nothing leads: to the present key, to the successor, to the bin, or nowhere."""
    visible = collection.visible_to(user)
    former = whereabouts.moved(collection.id, key)
    present = visible.filter(uuid=former).first() if former else None
    if present is None and collection.page_key != "slug":
        # An authority asked for by its slug, or by its code in small letters.
        present = visible.filter(Q(slug=key) | Q(**{f"{collection.page_key}__iexact": key})).first()
    if present is not None:
        return Moved(str(getattr(present, collection.page_key)))
    departure = whereabouts.departed(collection.id, key)
    if departure is None:
        return NotFound(key)
    heir = visible.filter(uuid=departure.successor).first() if departure.successor else None
    if heir is not None:
        return Moved(str(getattr(heir, collection.page_key)))
    return Deleted(departure, collection.model_class._default_manager.filter(uuid=departure.uuid).first())
