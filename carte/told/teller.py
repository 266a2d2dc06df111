"""The one object that the formats ask (`settings.GEODATA_TELLER`)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from carte.pages import jsonld
from carte.pages.addresses import address
from carte.pages.closures import notice, notices_of, sentence
from carte.pages.happenings import when
from carte.pages.texts import name_of, text_of
from carte.told import happenings
from geodata.formats import markdown
from geodata.formats.ical import Happening
from geodata.formats.telling import Words
from geodata.licences import licence_of
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# Foreign keys that words, dates or schema.org follow.
FOLLOWED = ("park", "cabin", "trail", "commune")
PRACTICES = {"pedestre": "hiking", "trail": "running", "cyclo": "cycling", "vtt": "mountain biking"}


class OurTeller:
    """Parks, cabins, trails, closures and events in words."""

    def related(self, collection: Collection) -> tuple[str, ...]:
        """The foreign keys that are read along with a feature."""
        links = tuple(name for name in FOLLOWED if name in collection.fields and collection.fields[name].is_relation)
        return ("authority", *links)

    def words(
        self, collection: Collection, features: Sequence[Any], user: "User | AnonymousUser", root: str
    ) -> list[Words]:
        """The words of each feature; the closures of all of them in one go."""
        closures = notices_of(collection.id, features, user)
        return [
            _words(collection, feature, tuple(sentence(each) for each in closures.get(feature.pk, ())), root)
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


def _words(collection: Collection, feature: Any, closures: tuple[str, ...], root: str) -> Words:
    about = markdown.to_text(text_of(feature, "description").value or text_of(feature, "summary").value)
    practices = getattr(feature, "practices", None) or ()
    return Words(
        feature=feature,
        title=name_of(feature).value,
        about=about,
        link=root.rstrip("/") + address(feature),
        author=name_of(feature.authority).value if feature.authority else "",
        licence=licence_of(feature.licence),
        updated_at=feature.updated_at,
        notes=(*_dates(collection, feature), *closures, *_shape(feature)),
        kind=_kind(feature),
        practice=next((PRACTICES[each] for each in practices if each in PRACTICES), ""),
    )


def _dates(collection: Collection, feature: Any) -> tuple[str, ...]:
    if collection.id == "fermetures":
        return (sentence(notice(feature)),)
    if collection.id == "evenements":
        return (f"{when(feature)}.",)
    return ()


def _shape(feature: Any) -> tuple[str, ...]:
    if feature.geom is None or feature.geom_quality == "surveyed":
        return ()
    if feature.geom.geom_type == "Point":
        return (gettext("Position approximative."),)
    return (gettext("Tracé schématique."),) if feature.is_schematic else (gettext("Tracé approximatif."),)


def _kind(feature: Any) -> str:
    for name in ("kind", "category"):
        said = getattr(feature, f"get_{name}_display", None)
        if said is not None:
            return str(said() or "")
    return ""


def _absolute(value: Any, root: str) -> Any:
    """Paths behind the root, at any depth."""
    if isinstance(value, dict):
        return {key: _address(each, root) if key == "url" else _absolute(each, root) for key, each in value.items()}
    if isinstance(value, list):
        return [_absolute(each, root) for each in value]
    return _address(value, root) if isinstance(value, str) and value.startswith("/") else value


def _address(value: Any, root: str) -> Any:
    return root.rstrip("/") + value if isinstance(value, str) and value.startswith("/") else value
