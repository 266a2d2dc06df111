"""schema.org descriptions of features (product.md §3): only what is known, in the page's language.

Vocabulary: https://schema.org — Park, TouristAttraction, VisualArtwork, TouristTrip,
SpecialAnnouncement, Event. Addresses are paths here; the view makes them absolute.
"""

from collections.abc import Callable
from typing import Any

from agenda.codes import EvenementDatePrecision, EvenementState
from carte import wording
from carte.pages.addresses import address
from carte.pages.texts import choice_of, name_of, page_language, value_of
from geodata import registry
from geodata.formats import markdown

CONTEXT = "https://schema.org"
Node = dict[str, Any]
AMENITIES = ("toilets", "water", "playground", "picnic", "parking", "bike_parking", "bus_stop")
EVENT_STATES = {
    EvenementState.SCHEDULED: "EventScheduled",
    EvenementState.CANCELLED: "EventCancelled",
    EvenementState.POSTPONED: "EventPostponed",
}


def park(feature: Any) -> Node:
    """A park: Park and TouristAttraction."""
    node = place(feature, ["Park", "TouristAttraction"])
    node |= _known(
        publicAccess=feature.free_access,
        isAccessibleForFree=feature.free_access,
        openingHours=feature.opening_hours,
        telephone=feature.phone,
        sameAs=_same_as(feature),
        amenityFeature=[
            {
                "@type": "LocationFeatureSpecification",
                "name": str(feature._meta.get_field(name).verbose_name),
                "value": getattr(feature, name),
            }
            for name in AMENITIES
            if getattr(feature, name) is not None
        ],
    )
    return node


def cabin(feature: Any) -> Node:
    """A cabin: a TouristAttraction that is a VisualArtwork with its creators."""
    node = place(feature, ["TouristAttraction", "VisualArtwork"])
    creators = [
        {"@type": "Organization", "name": author["name"]}
        for author in feature.authors
        if isinstance(author, dict) and author.get("name")
    ]
    node |= _known(
        creator=creators,
        dateCreated=str(feature.year_built) if feature.year_built else None,
        artMedium=list(feature.materials),
        artform=choice_of(feature, "kind"),
    )
    if feature.park is not None and feature.park.is_public:
        node["containedInPlace"] = {"@type": "Park", "name": name_of(feature.park).value, "url": address(feature.park)}
    return node


def trail(feature: Any) -> Node:
    """A trail: a TouristTrip, and a place that one goes to; its length only where a line or a source gives it."""
    node = thing(feature, ["TouristTrip", "TouristAttraction"])
    length = feature.length_m if feature.length_m is not None else feature.stated_length_m
    stops = [stop for stop in (feature.departure, feature.arrival) if stop]
    node |= _known(
        touristType=[
            str(dict(feature._meta.get_field("practices").base_field.choices).get(code, code))
            for code in feature.practices
        ],
        itinerary=[{"@type": "Place", "name": stop} for stop in stops],
    )
    if length is not None:
        node["additionalProperty"] = {
            "@type": "PropertyValue",
            "name": "length",
            "value": round(length),
            "unitCode": "MTR",
        }
    return node


def closure(feature: Any) -> Node:
    """A closure: a SpecialAnnouncement."""
    node = thing(feature, "SpecialAnnouncement")
    node["text"] = node.pop("description", node["name"])
    node |= _known(
        datePosted=feature.created_at.isoformat(),
        expires=feature.ends_at.isoformat() if feature.ends_at else None,
    )
    return node


def event(feature: Any) -> Node:
    """An event, dated no more precisely than it is known; months alone are left out."""
    node = thing(feature, "Event")
    node["eventStatus"] = f"{CONTEXT}/{EVENT_STATES[EvenementState(feature.state)]}"
    if feature.date_precision == EvenementDatePrecision.DAY:
        start, end = wording.local(feature.starts_at), wording.local(feature.ends_at)
        node["startDate"] = start.date().isoformat() if feature.all_day else start.isoformat()
        node["endDate"] = end.date().isoformat() if feature.all_day else end.isoformat()
    places = (feature.cabin, feature.park, feature.trail, feature.commune)
    where = next((each for each in places if each and each.is_public), None)
    if where is not None:
        node["location"] = {"@type": "Place", "name": name_of(where).value, "url": address(where)}
    elif feature.place:
        node["location"] = {"@type": "Place", "name": feature.place}
    spot = _spot(feature)
    if spot:
        node["location"] = node.get("location", {"@type": "Place"}) | {"geo": spot}
    if "location" in node and feature.commune is not None and feature.commune.is_public:
        node["location"]["address"] = {
            "@type": "PostalAddress",
            "addressLocality": name_of(feature.commune).value,
            "addressCountry": "FR",
        }
    node |= _known(organizer={"@type": "Organization", "name": feature.organiser} if feature.organiser else None)
    return node


def organisation(feature: Any) -> Node:
    """An authority: GovernmentOrganization or Organization."""
    public = feature.kind not in {"association", "entreprise"}
    node = thing(feature, "GovernmentOrganization" if public else "Organization")
    return node | _known(
        telephone=feature.phone, email=feature.email, sameAs=[feature.website] if feature.website else []
    )


def town(feature: Any) -> Node:
    """A commune: an AdministrativeArea."""
    return place(feature, "AdministrativeArea")


def of(feature: Any) -> Node:
    """The description of any feature, by its collection."""
    return NODES.get(registry.of_model(type(feature)).id, place)(feature)


def place(feature: Any, kind: str | list[str] = "Place") -> Node:
    """Any feature with a shape: its name, its page, and a point unless its shape is schematic."""
    node = thing(feature, kind)
    return node | _known(geo=_spot(feature))


def _spot(feature: Any) -> Node | None:
    """A point of the shape of a feature, unless that is schematic."""
    spot = feature.spot
    if spot is None or not (spot.is_point or not feature.is_schematic):
        return None
    return {"@type": "GeoCoordinates", "latitude": round(spot.lat, 5), "longitude": round(spot.lon, 5)}


def thing(feature: Any, kind: str | list[str]) -> Node:
    """What every description has: type, name, address, description, language and licence."""
    language = page_language()
    name = name_of(feature, language).value
    node: Node = {"@context": CONTEXT, "@type": kind, "name": name, "url": address(feature, language)}
    node |= _known(description=about(feature, language))
    if kind == "Event":
        node["inLanguage"] = language
    return node


def about(feature: Any, language: str) -> str:
    """The description of a feature, else its summary, without markup."""
    return markdown.to_text(value_of(feature, "description", language) or value_of(feature, "summary", language))


def _same_as(feature: Any) -> list[str]:
    links = [feature.website] if feature.website else []
    if feature.wikidata:
        links.append(f"https://www.wikidata.org/wiki/{feature.wikidata}")
    if feature.osm_id:
        links.append(f"https://www.openstreetmap.org/{feature.osm_id}")
    return links


NODES: dict[str, Callable[[Any], Node]] = {
    "parcs": park,
    "cabanes": cabin,
    "sentiers": trail,
    "fermetures": closure,
    "evenements": event,
    "communes": town,
    "autorites": organisation,
}


def _known(**members: Any) -> Node:
    """The members that have a value; False is a value."""
    return {key: value for key, value in members.items() if value is not None and value not in ("", [])}
