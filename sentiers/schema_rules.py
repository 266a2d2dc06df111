"""The constraints of schema_randonnee 1.1.0 as a JSON Schema of our own, by which the feed is judged.

Written from ATTRIBUTES.md of PnX-SI/schema_randonnee (names, types, what is required, the two lists of values) and
the rules that version 1.1.0 added: LineString only, medias have an address.
"""

from typing import Any

TEXT, WHOLE, NUMBER = ("string", "null"), ("integer", "null"), ("number", "null")
DAY: dict[str, Any] = {
    "type": list(TEXT),
    "format": "date",
    "pattern": r"^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
}
PRACTICES = [
    "pédestre",
    "trail",
    "VTT",
    "cyclo",
    "gravel",
    "équestre",
    "ski de fond",
    "ski de rando",
    "raquettes",
    "autre",
]
KINDS = ["aller-retour", "boucle", "aller simple", "itinérance", "étape"]
REQUIRED = ["id_local", "producteur", "nom_itineraire", "pratique", "depart", "arrivee", "instructions"]
TEXTS = (
    "communes_nom", "communes_code", "balisage", "difficulte", "presentation", "presentation_courte", "themes",
    "recommandations", "accessibilite", "acces_routier", "transports_commun", "parking_info", "parking_geometrie",
    "itineraire_parent", "type_sol",
)  # fmt: skip

MEDIA: dict[str, Any] = {
    "type": "object",
    "required": ["url"],
    "properties": {
        "type_media": {"enum": ["image", "video", "texte", "audio", "pdf", "autre"]},
        "url": {"type": "string", "format": "uri"},
        **{name: {"type": list(TEXT)} for name in ("titre", "auteur", "licence")},
    },
}
PROPERTIES: dict[str, Any] = {
    **{name: {"type": "string", "minLength": 1} for name in REQUIRED},
    **{name: {"type": list(TEXT)} for name in TEXTS},
    **{name: {"type": list(NUMBER), "minimum": 0} for name in ("duree", "longueur")},
    **{name: {"type": list(WHOLE)} for name in ("id_osm", "altitude_max", "altitude_min")},
    **{name: {"type": list(WHOLE), "minimum": 0} for name in ("denivele_positif", "denivele_negatif")},
    **dict.fromkeys(("date_creation", "date_modification", "pdipr_date_inscription"), DAY),
    "pratique": {"type": "string", "enum": PRACTICES},
    # With the list of values beside it a null would be refused, whatever the type allows.
    "type_itineraire": {"type": list(TEXT), "enum": KINDS},
    "contact": {"type": list(TEXT), "format": "email"},
    "uuid": {"type": list(TEXT), "format": "uuid"},
    "url": {"type": list(TEXT), "format": "uri"},
    "pdipr_inscription": {"type": ["boolean", "null"]},
    "medias": {"type": ["array", "null"], "items": MEDIA},
}
LINE: dict[str, Any] = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"const": "LineString"},
        "coordinates": {
            "type": "array",
            "minItems": 2,
            "items": {"type": "array", "minItems": 2, "items": {"type": "number"}},
        },
    },
}
FEATURE: dict[str, Any] = {
    "type": "object",
    "required": ["type", "properties", "geometry"],
    "properties": {
        "type": {"const": "Feature"},
        "geometry": LINE,
        # Not in the published schema: a name that it does not know is a mistake of ours.
        "properties": {
            "type": "object",
            "required": REQUIRED,
            "properties": PROPERTIES,
            "additionalProperties": False,
        },
    },
}
SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["type", "features"],
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": FEATURE}},
}
