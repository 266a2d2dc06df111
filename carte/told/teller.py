"""The one object that the formats ask (`settings.GEODATA_TELLER`)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext
from psycopg import sql

from carte.pages import jsonld
from carte.pages.addresses import addresses_of
from carte.pages.closures import notice, notices_of, sentence
from carte.pages.happenings import first_time
from carte.pages.texts import FALLBACK, choice_of, link_name_of, page_language, value_of
from carte.told import happenings
from geodata import registry
from geodata.formats.ical import Happening
from geodata.formats.telling import Words
from geodata.licences import licence_of
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# What words are made of: texts in languages, other fields, links; what dates and schema.org are made of besides.
TEXTS = ("name", "title", "description", "summary", "detour")
SPOKEN = (
    "slug", "status", "deleted_at", "created_at", "updated_at", "source", "licence", "geom_quality", "kind", "category", "practices",
    "starts_at", "ends_at", "review_by", "checked_at", "cause", "rrule", "all_day", "date_precision", "state", "place",
    "authority", "park",
)  # fmt: skip
OTHERS = (
    "revision", "free_access", "opening_hours", "phone", "email", "website", "wikidata", "osm_id", *jsonld.AMENITIES,
    "authors", "year_built", "materials", "departure", "arrival", "length_m", "stated_length_m", "organiser",
    "cabin", "trail", "commune",
)  # fmt: skip
PRACTICES = {"pedestre": "hiking", "trail": "running", "cyclo": "cycling", "vtt": "mountain biking"}


class OurTeller:
    """Parks, cabins, trails, closures and events in words."""

    def reads(self, language: str) -> tuple[str, ...]:
        """The fields that all of this asks of features, of whatever collection, to speak a language."""
        return (*self.reads_for_words(language), *OTHERS)

    def reads_for_words(self, language: str) -> tuple[str, ...]:
        """Those that `words` asks."""
        keys = {each.page_key for each in registry.collections()}
        return (*(f"{stem}_{each}" for stem in TEXTS for each in (FALLBACK, language)), *SPOKEN, *sorted(keys))

    def words(
        self, collection: Collection, features: Sequence[Any], user: "User | AnonymousUser", root: str
    ) -> list[Words]:
        """The words of each feature; what many have in common is found once."""
        closures = notices_of(collection.id, features, user)
        language, base = page_language(), root.rstrip("/")
        path, stem, key = addresses_of(collection, language), collection.model_class.label_stem, collection.page_key
        kept = {feature.authority_id: feature for feature in features}
        authors = {code: _author(feature, language) for code, feature in kept.items()}
        kinds = _kinds(collection, features, language)
        return [
            Words(
                feature=feature,
                title=value_of(feature, stem, language),
                about=jsonld.about(feature, language),
                link=base + path(str(getattr(feature, key))),
                author=authors[feature.authority_id],
                licence=licence_of(feature.licence),
                updated_at=feature.updated_at,
                notes=(
                    *_dates(collection, feature),
                    *(sentence(each) for each in closures.get(feature.pk, ())),
                    *_shape(feature),
                ),
                kind=kinds[feature.pk],
                practice=_practice(feature),
            )
            for feature in features
        ]

    def node(self, collection: Collection, feature: Any, root: str) -> dict[str, Any]:
        """The feature as the pages describe it, with absolute addresses, its licence and its uuid."""
        node = {key: _absolute(value, root) for key, value in jsonld.of(feature).items() if key != "@context"}
        licence = licence_of(feature.licence).url
        return {"@id": f"urn:uuid:{feature.uuid}", "identifier": str(feature.uuid), **node} | (
            {"license": licence} if licence else {}
        )

    def happening(self, collection: Collection, feature: Any, root: str) -> Happening | None:
        """An event or a closure as an entry of a calendar."""
        return happenings.closure(feature, root) if collection.id == "fermetures" else happenings.event(feature, root)

    def undated(self, collection: Collection) -> sql.Composable | None:
        """The condition of the events that are known to the month."""
        return happenings.UNDATED if collection.id == "evenements" else None


def _practice(feature: Any) -> str:
    return next((PRACTICES[each] for each in getattr(feature, "practices", None) or () if each in PRACTICES), "")


def _author(feature: Any, language: str) -> str:
    """Who keeps the record up to date; nobody where they were not public at the moment that is spoken of."""
    try:
        return link_name_of(feature.authority, language).value if feature.authority else ""
    except ObjectDoesNotExist:
        return ""


def _dates(collection: Collection, feature: Any) -> tuple[str, ...]:
    if collection.id == "fermetures":
        return (sentence(notice(feature)),)
    if collection.id == "evenements":
        return (f"{first_time(feature).when}.",)
    return ()


def _shape(feature: Any) -> tuple[str, ...]:
    if feature.spot is None or feature.geom_quality == "surveyed":
        return ()
    if feature.spot.is_point:
        return (gettext("Position approximative."),)
    return (gettext("Tracé schématique."),) if feature.is_schematic else (gettext("Tracé approximatif."),)


def _kinds(collection: Collection, features: Sequence[Any], language: str) -> dict[int, str]:
    """What each feature is in a word, by its internal id; nothing where its collection knows no kinds."""
    for name in ("kind", "category"):
        if hasattr(collection.model_class, f"get_{name}_display"):
            kept = {getattr(feature, name): feature for feature in features}
            called = {value: choice_of(feature, name, language) for value, feature in kept.items()}
            return {feature.pk: called[getattr(feature, name)] for feature in features}
    return {feature.pk: "" for feature in features}


def _absolute(value: Any, root: str) -> Any:
    """Paths behind the root, at any depth."""
    if isinstance(value, dict):
        return {key: _address(each, root) if key == "url" else _absolute(each, root) for key, each in value.items()}
    if isinstance(value, list):
        return [_absolute(each, root) for each in value]
    return _address(value, root) if isinstance(value, str) and value.startswith("/") else value


def _address(value: Any, root: str) -> Any:
    return root.rstrip("/") + value if isinstance(value, str) and value.startswith("/") else value
