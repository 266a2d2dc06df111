"""What a request that writes carries: its body, bounded before it is parsed, and its conditions."""

from __future__ import annotations

import json
import math
import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from geodata.changes.notes import UNLOCKED
from geodata.endpoints.validators import is_later, moment_of, short, unmodified_since
from geodata.features import Feature
from geodata.params.crs import CRS84, parse_crs
from geodata.params.members import Repeated, each_once
from geodata.problems import (
    BadParameter,
    Invalid,
    PreconditionRequired,
    TooLarge,
    UnsupportedCoding,
    UnsupportedMediaType,
)
from geodata.units import MAX_AREA_VERTICES, WGS84

# 200 000 vertices of 40 characters, and as much again.
MAX_BODY = 16 * 1024 * 1024
# Brackets that a body may have beside those of its vertices: rings, parts, lists in properties.
ARRAYS_BESIDE = 20_000
MAX_DEPTH = 20
# The validator of an item (`validators.of_item`); the release and the coding do not count here.
ETAG = re.compile(r'^"r(\d{1,18})(?:\.([0-9a-z]+)\.[0-9a-z]+)?(?:-[a-z]+)?"$')
UNWRITABLE = re.compile("[\\x00\\ud800-\\udfff]")
# What a feature has here: `links` is of ours, `bbox` of RFC 7946 §5 (desktop programs write it); neither is stored.
ECHOED = ("links", "bbox")
MEMBERS = ("type", "id", "geometry", "properties", *ECHOED)
# How programs name degrees, longitude first, in the `crs` of GeoJSON 2008.
IN_DEGREES = re.compile(
    r"(urn:ogc:def:crs:)?(OGC:(1\.3|2)?:?CRS84|EPSG::?4326)|https?://www\.opengis\.net/def/crs/OGC/1\.3/CRS84"
)
# RFC 9562 §5.9 and §5.10: they name nothing.
NO_IDENTIFIERS = (UUID(int=0), UUID(int=2**128 - 1))


def read_json(request: HttpRequest, types: tuple[str, ...]) -> dict[str, Any]:
    """The object in the body. Numbers are finite (RFC 8259 §6 has no NaN), texts can be stored."""
    ask_type(request, types)
    _ask_uncoded(request)
    raw = _bounded(request)
    try:
        body = json.loads(raw, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=each_once)
    except Repeated as error:
        raise BadParameter("body", _("Le membre « %(name)s » est donné deux fois.") % {"name": error.name}) from None
    except (ValueError, RecursionError):
        raise BadParameter("body", _("Ce n’est pas du JSON lisible (NaN et Infinity n’en sont pas).")) from None
    if not isinstance(body, dict):
        raise Invalid({"": [_("Il faut un objet JSON.")]})
    if _is_deep(body):
        raise BadParameter("body", _("Ce JSON a plus de %(limit)d niveaux.") % {"limit": MAX_DEPTH})
    if b"\\u" in raw and not _is_writable(body):
        raise BadParameter("body", _("Un texte contient un caractère qui ne s’écrit pas (NUL ou moitié de caractère)."))
    return body


def ask_type(request: HttpRequest, types: tuple[str, ...]) -> None:
    """Raises UnsupportedMediaType, and BadParameter where nothing says what the body is (/req/create-replace-delete/post-content-type)."""
    media = (request.content_type or "").lower()
    if not media:
        told = _("Dites dans cet en-tête ce que vous envoyez : %(types)s.")
        raise BadParameter("Content-Type", told % {"types": ", ".join(types)})
    if media not in types:
        raise UnsupportedMediaType(types)


def _ask_uncoded(request: HttpRequest) -> None:
    """Raises UnsupportedCoding: a body is read as it is."""
    coding = request.headers.get("Content-Encoding", "")
    if any(each.strip().lower() not in ("", "identity") for each in coding.split(",")):
        raise UnsupportedCoding(coding[:60])


def _bounded(request: HttpRequest) -> bytes:
    """The bytes of the body, if they are few enough to be parsed.

    A geometry is refused by its length, then by its brackets, of which it has at least one a vertex.
    """
    too_large = TooLarge(_("La fiche est trop grosse : simplifiez sa géométrie."))
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            raise too_large
        raw = request.body
    except RequestDataTooBig:
        raise too_large from None
    if raw.count(b"[") > MAX_AREA_VERTICES + ARRAYS_BESIDE:
        told = _("La géométrie a plus de %(limit)d sommets. Simplifiez-la.") % {"limit": MAX_AREA_VERTICES}
        raise Invalid({"geometry": [told]})
    return raw


def _is_deep(body: Any) -> bool:
    """Whether lists and objects lie in each other deeper than any feature needs."""
    level = [body]
    for _depth in range(MAX_DEPTH):
        level = [part for value in level for part in (value.values() if isinstance(value, dict) else value)
                 if isinstance(part, (dict, list))]  # fmt: skip
        if not level:
            return False
    return True


def _is_writable(value: Any) -> bool:
    """Whether PostgreSQL can keep the texts in it: no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        return not UNWRITABLE.search(value)
    if isinstance(value, dict):
        return all(_is_writable(part) for part in (*value, *value.values()))
    return all(map(_is_writable, value)) if isinstance(value, list) else True


def read_feature_body(request: HttpRequest, types: tuple[str, ...]) -> dict[str, Any]:
    """The GeoJSON Feature in the body, or the patch of one."""
    body = read_json(request, types)
    if body.get("type", "Feature") != "Feature":
        raise Invalid({"type": [_("Il faut un objet de type Feature.")]})
    told = _("Membre inconnu d’une fiche. Connus : %(known)s ; ce qui la décrit va dans « properties ».")
    errors = {name: [told % {"known": ", ".join(MEMBERS)}] for name in body if name not in (*MEMBERS, "crs")}
    errors |= {name: [_("Il faut une liste.")] for name in ECHOED if not isinstance(body.get(name, []), list)}
    if errors := errors | _named_crs(request, body):
        raise Invalid(errors)
    return body


def _named_crs(request: HttpRequest, body: dict[str, Any]) -> dict[str, list[str]]:
    """What is wrong with a `crs` in the body (GeoJSON 2008): RFC 7946 §4 has none, only degrees are let pass."""
    shape = body.get("geometry")
    for holder in (body, shape if isinstance(shape, dict) else {}):
        if "crs" in holder and not (_is_in_degrees(holder["crs"]) and content_crs(request)[0] == WGS84):
            told = _("GeoJSON n’a plus de membre « crs » (RFC 7946 §4) : dites le système dans l’en-tête Content-Crs.")
            return {"crs": [told]}
    return {}


def _is_in_degrees(crs: Any) -> bool:
    named = crs.get("properties") if isinstance(crs, dict) and crs.get("type") == "name" else None
    name = named.get("name") if isinstance(named, dict) else None
    return isinstance(name, str) and IN_DEGREES.fullmatch(name) is not None


def _refuse_constant(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def content_crs(request: HttpRequest) -> tuple[int, bool]:
    """The SRID of the geometry in the body and whether its latitudes come first, from `Content-Crs`."""
    header = request.headers.get("Content-Crs")
    crs = parse_crs(header, "Content-Crs") if header is not None else CRS84
    return crs.srid, crs.flipped


def client_uuid(body: dict[str, Any]) -> UUID | None:
    """The uuid that the client chose for a new feature, or None."""
    given = body.get("id")
    if given in (None, ""):
        return None
    try:
        found = UUID(str(given))
    except ValueError:
        raise Invalid({"id": [_("L’identifiant est un UUID, ou il est absent.")]}) from None
    if found in NO_IDENTIFIERS:
        raise Invalid({"id": [_("Cet UUID ne nomme rien : donnez-en un autre, ou aucun.")]})
    return found


def condition(request: HttpRequest, present: Feature) -> tuple[int | None, str]:
    """The revision that `If-Match` asks for, and what the history notes when the header is absent.

    Of several validators the one of the `present` feature counts. A weak or foreign one matches nothing
    (RFC 9110 §13.1.1): -1; so does one of the same number and another instant, read before a backup was
    restored, any feature where `If-None-Match` names it, and one that changed after `If-Unmodified-Since`. Where that
    date is met, the revision is the one it was compared with: who is faster until the row is locked wins there too.
    Raises PreconditionRequired where this instance demands a condition.
    """
    # Compared weakly, each of them (§13.1.2).
    unwanted = request.headers.get("If-None-Match", "").strip().replace('W/"', '"')
    if unwanted == "*" or _names(unwanted, present):
        return -1, ""
    header = request.headers.get("If-Match", "").strip()
    if "If-Match" not in request.headers:
        if is_later(request, present.updated_at):
            return -1, ""
        if unmodified_since(request) is not None:
            return present.revision, ""
        if settings.GEODATA_REQUIRE_IF_MATCH:
            raise PreconditionRequired(_("Envoyez If-Match avec l’ETag que vous avez lu."))
        return None, UNLOCKED
    if header == "*":
        return None, ""
    if _names(header, present):
        return present.revision, ""
    others = (int(match[1]) for match in _validators(header) if int(match[1]) != present.revision)
    return next(others, -1), ""


def _validators(header: str) -> list[re.Match[str]]:
    return [match for part in header.split(",") if (match := ETAG.match(part.strip()))]


def _names(header: str, present: Feature) -> bool:
    """Whether one of these validators is that of the present feature."""
    moments = (None, short(moment_of(present.updated_at)))
    return any(int(match[1]) == present.revision and match[2] in moments for match in _validators(header))
