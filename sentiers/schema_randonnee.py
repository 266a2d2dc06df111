"""The national trail schema: `schema_randonnee` 1.1.0 of PnX-SI, as GeoJSON.

Source: https://github.com/PnX-SI/schema_randonnee, ATTRIBUTES.md and schema.json, and what Geotrek-admin's
`SchemaRandonneeParser` reads. Where these disagree (decision 0160): `transports_commun`, a positive
`denivele_negatif`, hours as a decimal number, plain text, WKT that is valid, LineStrings only, and no
`type_itineraire` where the form is not known, for its list of values has no null.

A schematic line guides nobody, and what lacks a text that the schema asks for is no itinerary: both are left
out and counted at the end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from psycopg import sql

from geodata import registry
from geodata.formats import markdown
from geodata.formats.choice import Format, Omission
from geodata.formats.gpx import schematic_left_out
from geodata.formats.pieces import gathered
from geodata.params.crs import CRS84
from geodata.problems import Conflict
from geodata.queries import apart, rows, select
from geodata.queries.rows import Selection
from sentiers.codes import SentierDifficulty, SentierKind, SentierPractice
from sentiers.models import PhotoSentier

Row = dict[str, Any]
SCHEMA = "https://github.com/PnX-SI/schema_randonnee/raw/v1.1.0/schema.json"
PARIS = ZoneInfo("Europe/Paris")
# Of several practices the schema takes one: the first of this list.
PRACTICES = {
    SentierPractice.PEDESTRE: "pédestre",
    SentierPractice.CYCLO: "cyclo",
    SentierPractice.VTT: "VTT",
    SentierPractice.TRAIL: "trail",
    SentierPractice.GRAVEL: "gravel",
    SentierPractice.EQUESTRE: "équestre",
}
KINDS = {
    SentierKind.LOOP: "boucle",
    SentierKind.OUT_AND_BACK: "aller-retour",
    SentierKind.ONE_WAY: "aller simple",
    SentierKind.MULTI_STAGE: "itinérance",
    SentierKind.STAGE: "étape",
}
THERE_AND_BACK = (SentierKind.LOOP, SentierKind.OUT_AND_BACK)
ACCESS = {"yes": "oui", "limited": "en partie", "no": "non"}
HEAD, BETWEEN, TAIL = b'{"type":"FeatureCollection","features":[', b",\n", b'],"laisses_de_cote":'
NUMBERED = re.compile(r"\s*(\d+[.)])\s+")
PARKING_WITHIN_M = 500

DRAWN = "t.geom_quality <> 'schematic'"
# A loop that says where it begins says where it ends.
SAID = (
    "t.instructions_fr ~ '\\S' AND t.departure ~ '\\S'"
    " AND (t.arrival ~ '\\S' OR coalesce(t.kind, '') IN ('loop', 'out_and_back'))"
)
ONE_END = ("loop", "out_and_back")
LEFT_OUT = f"count(*) FILTER (WHERE NOT ({DRAWN})), count(*) FILTER (WHERE {DRAWN} AND NOT ({SAID}))"
# In: the alias t. Out: one JSON object. Counts on the primary keys, the unique codes and the GiST index of access points.
FACTS = """
(SELECT row_to_json(r) FROM (SELECT
  t.uuid, t.slug, t.name_fr, t.practices, t.kind, t.departure, t.arrival, t.duration_h, t.stated_duration_h, t.waymarks,
  t.length_m, t.difficulty, t.ele_max_m, t.ele_min_m, t.ascent_m, t.descent_m, t.instructions_fr, t.description_fr,
  t.advice_fr, t.themes, t.wheelchair, t.pushchair, t.steps_count, t.min_width_m, t.public_transport, t.parking,
  t.created_at, t.updated_at, t.surface_mix, t.pdipr, t.osm_relation, a.name_fr AS producer, a.email AS contact,
  (SELECT p.uuid FROM {trails} p WHERE p.uuid = t.parent_id AND p.status = 'published' AND p.deleted_at IS NULL) AS parent,
  (SELECT json_agg(json_build_array(c.insee_code, c.name_fr) ORDER BY s.rank)
     FROM unnest(CASE WHEN t.stated_communes <> '{{}}' THEN t.stated_communes ELSE t.communes END) WITH ORDINALITY s(code, rank)
     JOIN {communes} c ON c.insee_code = s.code AND c.status = 'published' AND c.deleted_at IS NULL) AS communes,
  (SELECT ST_AsText(g.geom, 7) FROM {points} g
    WHERE g.kind = 'parking' AND g.status = 'published' AND g.deleted_at IS NULL
      AND g.geom && ST_Expand(ST_StartPoint(t.geom), 0.01)
      AND ST_DWithin(ST_Transform(g.geom, 2154), ST_Transform(ST_StartPoint(t.geom), 2154), {metres})
    ORDER BY g.geom <-> ST_StartPoint(t.geom), g.id LIMIT 1) AS parking_at,
  (SELECT json_agg(json_build_object('uuid', f.uuid, 'sha256', f.sha256, 'widths', f.widths, 'alt_fr', f.alt_fr,
                                     'author', f.author, 'licence', f.licence) ORDER BY f.rank, f.id)
     FROM {photos} f WHERE f.feature_id = t.id) AS photos
  FROM (VALUES (1)) one(row)
  LEFT JOIN {authorities} a ON a.code = t.authority_id AND a.status = 'published' AND a.deleted_at IS NULL) r)
"""


def fits(trail: Any) -> bool:
    """Whether a trail that is read already has what the schema asks for: DRAWN and SAID in Python."""
    told = (trail.instructions_fr or "").strip() and (trail.departure or "").strip()
    return bool(told) and not trail.is_schematic and bool((trail.arrival or "").strip() or trail.kind in ONE_END)


def omitted(selection: Selection) -> tuple[Omission, Omission]:
    """The trails of a selection that are drawings, and those that lack what the schema asks for."""
    schematic, incomplete = rows.summed(selection, sql.SQL(LEFT_OUT))
    said = ngettext(
        "%(count)d sentier n’est pas dans ce fichier : il lui manque un départ, une arrivée ou un pas à pas.",
        "%(count)d sentiers ne sont pas dans ce fichier : il leur manque un départ, une arrivée ou un pas à pas.",
        incomplete,
    )
    return Omission(schematic, schematic_left_out(schematic)), Omission(incomplete, said % {"count": incomplete})


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """The FeatureCollection. Raises Conflict: the one trail that is asked for does not fit the schema."""
    fitting = selection.narrowed(sql.SQL(f"{DRAWN} AND {SAID}"))
    schematic, incomplete = (each.count for each in omitted(selection))
    apart.hand_back()
    if selection.is_one and schematic:
        raise Conflict(_("Ce tracé est schématique : il relie les bons lieux, il ne se suit pas au GPS."))
    if selection.is_one and incomplete:
        raise Conflict(
            _("Il manque à ce sentier un départ, une arrivée ou un pas à pas : le schéma national les demande.")
        )
    counts = {"traces_schematiques": schematic, "sans_depart_arrivee_ou_instructions": incomplete}
    return gathered(_pieces(fitting, root, counts))


def features(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each feature of a collection that `write` wrote, without holding all of it."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece.removeprefix(HEAD)).split(BETWEEN)
        yield from whole
    last = rest.rpartition(TAIL)[0]
    if last:
        yield last


def _pieces(selection: Selection, root: str, left_out: Mapping[str, int]) -> Iterator[bytes]:
    yield HEAD
    comma = b""
    columns = sql.SQL("{}, {}").format(_facts(), select.geometry(selection.collection, CRS84))
    for facts, line in rows.read(selection, columns):
        said = _compact(properties(json.loads(facts or b"{}"), root))
        yield comma + b'{"type":"Feature","properties":' + said + b',"geometry":' + (line or b"null") + b"}"
        comma = BETWEEN
    yield TAIL + _compact(left_out) + b"}"


@cache
def _facts() -> sql.Composed:
    tables = {name: registry.get(name).table for name in ("sentiers", "communes", "points-acces", "autorites")}
    trails, communes, points, authorities = (sql.Identifier(table) for table in tables.values())
    return sql.SQL(FACTS).format(
        trails=trails,
        communes=communes,
        points=points,
        authorities=authorities,
        photos=sql.Identifier(PhotoSentier._meta.db_table),
        metres=sql.Literal(PARKING_WITHIN_M),
    )


def properties(row: Row, root: str) -> Row:
    """The properties of one itinerary; `root` is the address of the site, with its last slash."""
    uuid, communes = str(row["uuid"]), row["communes"] or []
    found = {
        "id_local": uuid,
        "producteur": row["producer"] or settings.SITE_PUBLISHER,
        "contact": row["contact"] or settings.SITE_CONTACT or None,
        "uuid": uuid,
        "url": f"{root}sentiers/{row['slug']}/",
        "id_osm": row["osm_relation"],
        "nom_itineraire": row["name_fr"],
        "pratique": practice(row["practices"]),
        "communes_nom": _joined(name for _code, name in communes),
        "communes_code": _joined(code for code, _name in communes),
        "depart": row["departure"],
        "arrivee": row["arrival"] or row["departure"],
        "duree": row["duration_h"] if row["stated_duration_h"] is None else row["stated_duration_h"],
        "balisage": row["waymarks"] or None,
        "longueur": row["length_m"],
        "difficulte": _difficulty(row["difficulty"]),
        "altitude_max": _whole(row["ele_max_m"]),
        "altitude_min": _whole(row["ele_min_m"]),
        "denivele_positif": _whole(row["ascent_m"]),
        "denivele_negatif": _whole(row["descent_m"]),
        "instructions": plain_lines(row["instructions_fr"]),
        "presentation": plain_lines(row["description_fr"]) or None,
        "presentation_courte": None,
        "themes": _joined(row["themes"]),
        "recommandations": plain_lines(row["advice_fr"]) or None,
        "accessibilite": _access(row),
        "acces_routier": None,
        "transports_commun": plain_lines(row["public_transport"]) or None,
        "parking_info": plain_lines(row["parking"]) or None,
        "parking_geometrie": row["parking_at"],
        "date_creation": _day(row["created_at"]),
        "date_modification": _day(row["updated_at"]),
        "medias": [_media(each, root) for each in row["photos"] or []],
        "itineraire_parent": row["parent"],
        "type_sol": _ground(row["surface_mix"]),
        "pdipr_inscription": row["pdipr"],
        "pdipr_date_inscription": None,
    }
    return found | ({"type_itineraire": KINDS[row["kind"]]} if row["kind"] else {})


def practice(practices: list[str]) -> str:
    """The one value of `pratique`; "autre" for what the schema has no word for, or where nobody said."""
    return next((word for code, word in PRACTICES.items() if code in practices), "autre")


def plain_lines(text: str) -> str:
    """Markdown as plain text, line by line; the numbers of steps stay."""
    lines = []
    for line in text.splitlines():
        number = NUMBERED.match(line)
        said = markdown.to_text(line[number.end() :] if number else line)
        lines.append(f"{number[1]} {said}" if number else said)
    return "\n".join(line for line in lines if line)


def _media(photo: Row, root: str) -> Row:
    copy = PhotoSentier(uuid=UUID(photo["uuid"]), sha256=photo["sha256"], widths=photo["widths"]).sources[-1]
    return {
        "type_media": "image",
        "url": root.rstrip("/") + copy.url,
        "titre": photo["alt_fr"],
        "auteur": photo["author"],
        "licence": photo["licence"],
    }


def _access(row: Row) -> str | None:
    told = []
    for name, word in (("wheelchair", "Fauteuil"), ("pushchair", "Poussette")):
        if row[name]:
            told.append(f"{word} : {ACCESS[row[name]]}.")
    if row["steps_count"] is not None:
        told.append(f"Marches : {row['steps_count']}.")
    if row["min_width_m"] is not None:
        told.append(f"Passage le plus étroit : {number_format(row['min_width_m'])} m.")
    return " ".join(told) or None


def _ground(mix: Mapping[str, float] | None) -> str | None:
    return _joined(sorted(mix, key=lambda name: (-mix[name], name))) if mix else None


def _difficulty(code: str | None) -> str | None:
    return str(SentierDifficulty(code).label).capitalize() if code else None


def _joined(words: Any) -> str | None:
    return ", ".join(words) or None


def _whole(metres: float | None) -> int | None:
    return None if metres is None else round(metres)


def _day(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(PARIS).date().isoformat()


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


FORMAT = Format(
    name="schema-randonnee",
    media_type="application/geo+json",
    title=gettext_lazy("Schéma national des itinéraires de randonnée (GeoJSON)"),
    extension="geojson",
    omitted=omitted,
    write=write,
    told=True,
    degrees=True,
    schema=SCHEMA,
)
