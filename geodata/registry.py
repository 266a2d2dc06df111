"""`Collection`: what is public about a model, declared once; and the list of all of them.

Every endpoint, format, tile, page, feed and contract test walks this list
(OGC API Features Part 1 §7.13–7.15; style.md §3).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.conf import settings
from django.contrib.gis.db.models import GeometryField
from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from geodata.features import Feature, FeatureQuerySet
from geodata.problems import NotFound, filled

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# The name of the geometry in filters and schemas; in GeoJSON it is the member `geometry`.
GEOMETRY = "geom"
UNKNOWN = _("Aucune collection « %(name)s ». La liste est à l’adresse /api/collections.")
MAP, CARD, FULL = "map", "card", "full"
# What a marker and a tile need: where a click leads, what it is called, what decides how it looks.
ON_MAPS = (
    "slug",
    "name_fr",
    "title_fr",
    "kind",
    "state",
    "category",
    "geom_quality",
    "network_status",
    "insee_code",
    "code",
)
# What a card in a list says besides, in any collection.
ON_CARDS = (
    "name_en", "name_nl", "title_en", "title_nl", "summary_fr", "summary_en", "summary_nl", "park", "commune", "communes",
    "stated_commune", "stated_communes", "authority", "starts_at", "ends_at", "updated_at",
)  # fmt: skip
Visibility = Callable[["User | AnonymousUser"], FeatureQuerySet]


@dataclass(frozen=True)
class Profile:
    """A choice of what is given of each feature, by name."""

    title: str | Promise
    properties: tuple[str, ...]
    geometry: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Collection:
    """One public collection.

    `properties` are field names of the model in the order of publication; a foreign key is
    published as the code it points at. `datetime` names one instant or the two ends of a
    period, `elevations` the array of heights beside a line. `search` names the texts that `q`
    reads, `sorted_by` what a large collection is often sorted by (an index each way), `card` what a
    card in a list says of these features beyond ON_CARDS. `visible_to` is the one visibility rule.
    `serializer`, `actions` and `form` are dotted paths, loaded when a write needs them; without
    a `form` managers get one made from the properties. `page` is the first path segment of the
    HTML pages, `page_key` the field that gives the second, `icon` the id of its symbol in the
    sprite. `formats` are dotted paths of representations that only this collection has; `themes`
    are codes of the EU vocabulary data-theme, for catalogues.
    """

    id: str
    title: str | Promise
    description: str | Promise
    model: str
    properties: tuple[str, ...]
    visible_to: Visibility
    serializer: str
    actions: str
    search: tuple[str, ...]
    sorted_by: tuple[str, ...] = ()
    datetime: tuple[str, ...] = ()
    elevations: str = ""
    card: tuple[str, ...] = ()
    min_zoom: int = 0
    max_zoom: int = 18
    importer: Callable[..., Feature] | None = None
    form: str = ""
    page: str = ""
    page_key: str = "slug"
    icon: str = "place"
    formats: tuple[str, ...] = ()
    themes: tuple[str, ...] = ("ENVI",)

    @cached_property
    def model_class(self) -> type[Feature]:
        """The model, loaded through the app registry."""
        model = apps.get_model(self.model)
        if not issubclass(model, Feature):
            raise TypeError(f"{self.model} is not a Feature")
        return model

    @property
    def table(self) -> str:
        """The name of the table."""
        return str(self.model_class._meta.db_table)

    @cached_property
    def fields(self) -> "dict[str, models.Field[Any, Any]]":
        """The published fields by property name."""
        found = {name: self.model_class._meta.get_field(name) for name in self.properties}
        return {name: field for name, field in found.items() if isinstance(field, models.Field)}

    @cached_property
    def identifier(self) -> "models.Field[Any, Any]":
        """The field of the public id."""
        return cast("type[models.Model]", self.model_class)._meta.get_field("uuid")  # type: ignore[return-value]

    @cached_property
    def geometry(self) -> "GeometryField[Any, Any]":
        """The geometry field (EPSG:4326)."""
        field = cast("type[models.Model]", self.model_class)._meta.get_field("geom")
        if not isinstance(field, GeometryField):
            raise TypeError(f"{self.model}.geom is not a geometry")
        return field

    @property
    def is_point(self) -> bool:
        """Whether its features are points."""
        return bool(self.geometry.geom_type == "POINT")

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """What `profile` chooses from: `map`, `card` and `full`."""
        on_map = tuple(name for name in self.properties if name in ON_MAPS)
        on_card = tuple(name for name in self.properties if name in {*ON_MAPS, *ON_CARDS, *self.card})
        return {
            MAP: Profile(_("Ce qu’il faut à un repère sur une carte, avec la géométrie."), on_map, geometry=True),
            CARD: Profile(_("Ce que dit la carte d’une liste, sans géométrie."), on_card, geometry=False),
            FULL: Profile(_("Tout."), tuple(self.fields), geometry=True),
        }

    @property
    def label(self) -> str:
        """The French name or title: the property that says what a feature is called."""
        return f"{self.model_class.label_stem}_fr"

    def load_serializer(self) -> type:
        """The djangorestframework-gis serializer class of the write side."""
        loaded: type = import_string(self.serializer)
        return loaded


@cache
def _by_id() -> dict[str, Collection]:
    declared: tuple[Collection, ...] = import_string(settings.GEODATA_COLLECTIONS)
    return {collection.id: collection for collection in declared}


def collections() -> Iterator[Collection]:
    """Every public collection, in the order of the list."""
    return iter(_by_id().values())


def get(collection_id: str) -> Collection:
    """The collection of this id. Raises NotFound."""
    try:
        return _by_id()[collection_id]
    except KeyError:
        raise NotFound(filled(UNKNOWN, {"name": collection_id})) from None


def of_model(model: type[models.Model]) -> Collection:
    """The collection that publishes this model. Raises NotFound."""
    for collection in collections():
        if collection.model_class is model:
            return collection
    raise NotFound(model._meta.label)
