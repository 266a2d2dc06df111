"""Content negotiation: `f` first, then `Accept` (RFC 9110 §12.5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter, NotAcceptable

LENIENT = "*/*"


@dataclass(frozen=True)
class Format:
    """A representation: `name` is the value of `f`, `accepts` further media types that ask for it."""

    name: str
    media_type: str
    title: str
    accepts: tuple[str, ...] = ()


JSON = Format("json", "application/json", "JSON")
GEOJSON = Format("geojson", "application/geo+json", "GeoJSON", ("application/json", "application/vnd.geo+json"))
HTML = Format("html", "text/html", "HTML", ("application/xhtml+xml",))
JSON_SCHEMA = Format("schema", "application/schema+json", "JSON Schema", ("application/json",))
ALIASES = {"json": ("geojson", "schema")}


def choose(accept: str, f: str | None, offered: Sequence[Format]) -> Format:
    """The format to answer with. Raises BadParameter for an unknown `f`, NotAcceptable for `Accept`."""
    if f is not None:
        for each in offered:
            if f in (each.name, each.media_type) or each.name in ALIASES.get(f, ()):
                return each
        known = ", ".join(each.name for each in offered)
        raise BadParameter("f", _("Format inconnu. Connus : %(known)s.") % {"known": known})
    for media in _preferred(accept or LENIENT):
        for each in offered:
            if _matches(media, each):
                return each
    types = ", ".join(each.media_type for each in offered)
    raise NotAcceptable(_("Types disponibles : %(types)s.") % {"types": types})


def _preferred(accept: str) -> list[str]:
    ranked = []
    for place, part in enumerate(accept.split(",")):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if media and quality > 0:
            ranked.append((-quality, place, media.lower()))
    return [media for _quality, _place, media in sorted(ranked)]


def _matches(media: str, offered: Format) -> bool:
    kind = media.removesuffix("/*") if media.endswith("/*") else None
    if media == LENIENT or media in (offered.media_type, *offered.accepts):
        return True
    return kind is not None and offered.media_type.startswith(f"{kind}/")
