"""The layers of a partner map as they are stored: what one may say, and what it means."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from geodata import registry
from geodata.params.items import parse_items
from geodata.problems import Problem
from geodata.registry import Collection

KNOWN = {"collection", "filter", "colour", "title_fr", "title_en", "title_nl", "ground"}
NOT_A_FILTER = ("limit", "cursor", "f", "crs", "bbox-crs")
COLOUR = re.compile(r"#[0-9a-f]{6}")
ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
MOST = 12
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredLayer:
    """One layer of a partner map: a collection, the API's parameters that narrow it, its colour and own title."""

    collection: Collection
    filter: Mapping[str, str]
    colour: str
    titles: Mapping[str, str]
    ground: bool


def read_layer(stored: object) -> StoredLayer:
    """The meaning of one stored layer. Raises ValidationError in words."""
    if not isinstance(stored, dict):
        raise ValidationError(_("Une couche est un objet : {collection, filter, colour}."))
    if unknown := set(stored) - KNOWN:
        raise ValidationError(_("Mot inconnu : %(words)s.") % {"words": ", ".join(sorted(map(str, unknown)))})
    try:
        collection = registry.get(str(stored.get("collection", "")))
        given = _filter(stored.get("filter", {}))
        parse_items(MultiValueDict({name: [text] for name, text in given.items()}), collection)
    except Problem as error:
        raise ValidationError(f"{error.title} {error.detail}".strip()) from None
    colour = stored.get("colour", "#1f6b45")
    if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
        raise ValidationError(_("La couleur s’écrit #rrggbb, en minuscules."))
    titles = {name[-2:]: str(stored[name]) for name in ("title_fr", "title_en", "title_nl") if stored.get(name)}
    return StoredLayer(collection, given, colour, titles, stored.get("ground") is True)


def _filter(stored: object) -> dict[str, str]:
    if not isinstance(stored, dict) or not all(isinstance(value, str) for value in stored.values()):
        raise ValidationError(_('Le filtre est un objet de textes : {"kind": "terril"}.'))
    if refused := [name for name in stored if name in NOT_A_FILTER]:
        raise ValidationError(_("Ce paramètre ne se règle pas ici : %(names)s.") % {"names": ", ".join(refused)})
    return {str(name): value for name, value in stored.items()}


def read_layers(stored: object) -> Iterator[StoredLayer]:
    """The layers that can still be shown; one that no longer can is left out, and the log says why."""
    for each in stored if isinstance(stored, list) else []:
        try:
            yield read_layer(each)
        except ValidationError as error:
            logger.warning("a layer of a partner map is left out: %s", "; ".join(error.messages))


def validate_layers(stored: Any) -> None:
    """Refuse what is not a list of layers. Raises ValidationError in words."""
    if not isinstance(stored, list) or not 0 < len(stored) <= MOST:
        raise ValidationError(_("Une liste de 1 à %(most)s couches.") % {"most": MOST})
    for rank, each in enumerate(stored, start=1):
        try:
            read_layer(each)
        except ValidationError as error:
            raise ValidationError(
                _("Couche %(rank)s : %(why)s") % {"rank": rank, "why": " ".join(error.messages)}
            ) from None


def validate_origin(text: str) -> None:
    """Refuse what is not the origin of a site, because it ends up in a security header. Raises ValidationError."""
    if not ORIGIN.fullmatch(text):
        raise ValidationError(_("Une origine s’écrit https://www.exemple.fr, sans chemin ni espace."))
