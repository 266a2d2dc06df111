"""One function a file: a row of facts → the values of our model. Facts nobody states stay null."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from django.utils.text import slugify

from carte.starter.words import MONTH_LENGTH, BadRow, Words, instant, number, split
from geodata.units import WGS84

Row = Mapping[str, str]
Values = dict[str, Any]
PENDING = re.compile(r"\s*\((?:nom à compléter|proposition)\)")
NO_PHOTO = "Aucune photo libre de droits n’a encore été trouvée."
SUMMARY_LENGTH = 280


@dataclass(frozen=True)
class Context:
    """What rows need beside themselves: words, shapes by id, uuids of parks and cabins by slug, contours."""

    words: Words
    shapes: Mapping[str, GEOSGeometry]
    parks: Mapping[str, Row]
    cabins: Mapping[str, Row]
    contours: Mapping[str, GEOSGeometry]


def summary_of(text: str) -> str:
    """The first sentences that fit in a summary."""
    kept = ""
    for sentence in re.findall(r".+?(?:[.!?](?=\s|$)|$)", text):
        if len(kept) + len(sentence) > SUMMARY_LENGTH:
            break
        kept += sentence
    return kept.strip()


def _common(row: Row, context: Context, *, source_id: str) -> Values:
    others = split(row.get("other_sources", ""), ";")
    notes = [row.get("note", ""), *(f"Autre source : {url}" for url in others)]
    return {
        "source": "Jeu de départ de la Chaîne des parcs",
        "source_id": source_id,
        "source_url": row.get("source_url") or "",
        "source_note": "\n".join(note for note in notes if note),
        "fact_confidence": context.words.code("fact_confidence", row["fact_confidence"]),
        "description_fr": row["description"],
        "licence": "etalab-2.0",
        "status": "published",
    }


def _position(row: Row, context: Context) -> Values:
    lon, lat = number(row["lon"]), number(row["lat"])
    quality = context.words.code("position_confidence", row["position_confidence"])
    if lon is None or lat is None:
        return {"geom": None, "geom_quality": "schematic", "position_source": None}
    source = "schematic" if quality == "schematic" else "map" if quality == "approximate" else "import"
    return {"geom": Point(lon, lat, srid=WGS84), "geom_quality": quality, "position_source": source}


def autorite(row: Row, context: Context) -> Values:
    """A row of authorities.csv."""
    return {
        "code": row["code"], "slug": row["slug"], "name_fr": row["name"], "kind": row["kind"],
        "siren": row["siren"] or None, "parent_id": row["parent"] or None, "status": "published",
        "geom_quality": "approximate", "source": "Jeu de départ de la Chaîne des parcs", "source_id": row["code"],
    }  # fmt: skip


def commune(row: Row, context: Context) -> Values:
    """A row of communes.csv; its contour is IGN's, generalised."""
    lon, lat = number(row["lon"]), number(row["lat"])
    centre = None if lon is None or lat is None else Point(lon, lat, srid=WGS84)
    return {
        "insee_code": row["insee"], "slug": row["slug"], "name_fr": row["name"], "epci_id": row["authority"],
        "population": int(row["population"]), "postcodes": row["postcodes"], "centre": centre,
        "geom": context.contours.get(row["insee"]), "geom_quality": "approximate", "position_source": "import",
        "status": "published", "source": "IGN Admin Express, INSEE, DGCL", "source_id": row["insee"],
        "source_note": "Contour généralisé.",
    }  # fmt: skip


def parc(row: Row, context: Context) -> Values:
    """A row of parks.csv with its drawing."""
    shape = context.shapes.get(row["id"])
    if shape is None:
        raise BadRow("no footprint in parks.geojson")
    outline = shape if shape.geom_type == "MultiPolygon" else MultiPolygon(shape, srid=WGS84)
    services = split(row["services"], ",")
    stated = {name: True for word in services if (name := context.words.code("parks.services", word))}
    parent = context.parks[row["parent"]]["uuid"] if row["parent"] else None
    return _common(row, context, source_id=row["id"]) | stated | {
        "slug": row["id"], "name_fr": row["name"], "ensemble": row["ensemble"], "parent_id": parent,
        "network_status": context.words.code("parks.network", row["network"]),
        "kind": context.words.code("parks.kind", row["kind"]),
        "authority_id": context.words.code("parks.authority", row["authority"]),
        "manager": row["manager"], "summary_fr": summary_of(row["description"]), "stated_area_ha": number(row["area_ha"]),
        "stated_communes": [context.words.insee(name) for name in split(row["communes"], ";")],
        "services": [word for word in services if context.words.code("parks.services", word) is None],
        "website": row["website"], "geom": outline, "geom_quality": "schematic", "position_source": "schematic",
    }  # fmt: skip


def cabane(row: Row, context: Context) -> Values:
    """A row of cabins.csv; entries that were never built stay drafts."""
    park = context.parks.get(row["park"])
    if park is None:
        raise BadRow(f"the park « {row['park']} » is not in parks.csv")
    names, lands = split(row["designers"], ";"), split(row["designers_country"], ";")
    lands = lands if len(lands) == len(names) else [", ".join(lands)] * len(names)
    planned = row["status"] == "projet"
    materials = split(row["materials"], ",")
    return _common(row, context, source_id=row["slug"]) | _position(row, context) | {
        "slug": row["slug"], "name_fr": _cabin_name(row["name"]), "name_pending": "nom à compléter" in row["name"],
        "park_id": park["uuid"], "stated_commune": context.words.insee(row["commune"]),
        "authority_id": context.words.code("parks.authority", park["authority"]),
        "year_built": int(row["year"]) if row["year"] and not planned else None, "edition": row["edition"],
        "authors": [{"name": name} | ({"country": land} if land else {}) for name, land in zip(names, lands, strict=True)],
        "materials": materials, "reclaimed_materials": True if "matériaux de récupération" in materials else None,
        "height_m": number(row["height_m"]), "capacity_people": None, "access_fr": row["accessibility"],
        "state": context.words.code("cabins.status", row["status"]), "state_as_of": row["status_as_of"],
        "story_fr": f"Capacité : {row['capacity']}." if row["capacity"] else "",
        "no_photo_reason": NO_PHOTO, "status": "draft" if planned else "published",
    }  # fmt: skip


def _cabin_name(name: str) -> str:
    return PENDING.sub("", name).strip()


def sentier(row: Row, context: Context) -> Values:
    """A row of trails.csv with its drawing; its authority is the agglomeration of its communes, or the Pôle."""
    shape = context.shapes.get(row["slug"])
    if shape is None:
        raise BadRow("no line in trails.geojson")
    length_km, hours = number(row["length_km"]), context.words.code("trails.duration", row["duration"])
    codes = [context.words.insee(name) for name in split(row["communes"], ";")]
    owners = {context.parks[park]["authority"] for park in split(row["parks"], ";")}
    owner = context.words.code("parks.authority", owners.pop()) if len(owners) == 1 else "PMA"
    note = f"Durée annoncée : {row['duration']}." if row["duration"] and hours is None else ""
    values = _common(row, context, source_id=row["slug"]) | {
        "slug": row["slug"], "name_fr": row["name"], "category": row["category"], "authority_id": owner,
        "kind": context.words.code("trails.loop", row["loop"]),
        "practices": [context.words.code("trails.practice", word) for word in split(row["practice"], ";")],
        "difficulty": context.words.code("trails.difficulty", row["difficulty"]),
        "state": context.words.code("trails.status", row["status"]),
        "stated_length_m": None if length_km is None else round(length_km * 1000),
        "stated_duration_h": None if hours is None else float(hours),
        "departure": row["from"], "arrival": row["to"], "website": row["website"],
        "stated_communes": codes, "stated_parks": [context.parks[park]["uuid"] for park in split(row["parks"], ";")],
        "geom": shape, "geom_quality": "schematic", "position_source": "schematic",
    }  # fmt: skip
    values["source_note"] = "\n".join(text for text in (values["source_note"], note) if text)
    return values


def projet_label(row: Row, context: Context) -> Values:
    """A row of label_projects.csv."""
    return _common(row, context, source_id=row["id"]) | _position(row, context) | {
        "slug": row["id"], "name_fr": row["name"], "edition": row["edition"], "year": int(row["year"]) if row["year"] else None,
        "label_status": row["status"], "theme": row["theme"], "holder": row["holder"], "authority_id": row["authority"] or "PMA",
        "commune_id": row["insee"] or None, "source": row["source"], "source_url": "",
    }  # fmt: skip


def evenement(row: Row, context: Context) -> Values:
    """A row of events.csv; "2023-07" is a month."""
    start, end = row["start"], row["end"] or row["start"]
    timed = "T" in start
    park, cabin = context.parks.get(row["park"]), context.cabins.get(row["cabin"])
    return _common(row, context, source_id=row["id"]) | {
        "slug": slugify(row["id"]), "title_fr": row["title"], "kind": context.words.code("events.kind", row["kind"]),
        "starts_at": instant(start), "ends_at": instant(end, end=not timed), "all_day": not timed,
        "date_precision": "month" if len(start) == MONTH_LENGTH else "day",
        "yearly": context.words.code("events.recurrence", row["recurrence"]) == "yearly", "place": row["place"],
        "park_id": park["uuid"] if park else None, "cabin_id": cabin["uuid"] if cabin else None,
        "commune_id": row["insee"] or None, "website": row["url"], "source_url": row["url"], "authority_id": "PMA",
    }  # fmt: skip


def chiffre_cle(row: Row, context: Context) -> Values:
    """A row of key_figures.csv."""
    return {
        "slug": row["id"], "label_fr": row["label"], "value": row["value"], "unit": row["unit"], "date_text": row["date"],
        "source": row["source"], "fact_confidence": context.words.code("fact_confidence", row["fact_confidence"]),
        "note": row["note"],
    }  # fmt: skip


def carte(row: Row, context: Context) -> Values:
    """A row of maps.csv: a partner map; its layers are JSON."""
    try:
        layers = json.loads(row["layers"])
    except ValueError:
        raise BadRow(f"« {row['layers']} » is not JSON") from None
    return {
        "slug": row["slug"], "title_fr": row["title_fr"], "title_en": row["title_en"], "title_nl": row["title_nl"],
        "authority_id": row["authority"] or None, "layers": layers, "published": True,
    }  # fmt: skip


@dataclass(frozen=True)
class File:
    """A file of the starter folder, the model it feeds and how a row is read."""

    name: str
    model: str
    read: Callable[[Row, Context], Values]


FILES = (
    File("authorities.csv", "parcs.Autorite", autorite),
    File("communes.csv", "parcs.Commune", commune),
    File("parks.csv", "parcs.Parc", parc),
    File("cabins.csv", "cabanes.Cabane", cabane),
    File("trails.csv", "sentiers.Sentier", sentier),
    File("label_projects.csv", "agenda.ProjetLabel", projet_label),
    File("events.csv", "agenda.Evenement", evenement),
    File("key_figures.csv", "agenda.ChiffreCle", chiffre_cle),
    File("maps.csv", "carte.CartePartenaire", carte),
)
