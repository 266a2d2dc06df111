"""`filter`, `filter-lang`, `filter-crs` (OGC API Features Part 3 §6.3)."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from geodata.params.cql2 import PARAMETER, refusal
from geodata.params.cql2.judging import Judge
from geodata.params.cql2.text import read_text
from geodata.params.cql2.tree import Node
from geodata.params.crs import CRS84, parse_crs
from geodata.params.members import Repeated, each_once
from geodata.problems import BadParameter
from geodata.registry import Collection

LANGUAGE, CRS = f"{PARAMETER}-lang", f"{PARAMETER}-crs"
OWN = (PARAMETER, LANGUAGE, CRS)
# The last is what a draft of the standard called the first: GDAL looks for it, and writes a little of its own SQL in it
# (decision 0189).
TEXT, JSON, DRAFT = "cql2-text", "cql2-json", "cql-text"
LANGUAGES = (TEXT, JSON, DRAFT)
MAX_LENGTH = 100_000


def parse_filter(given: Mapping[str, str], collection: Collection) -> Node | None:
    """The condition that these parameters ask for, None without a filter. Raises BadParameter.

    Without `filter-lang` it is CQL2 text, without `filter-crs` CRS84.
    """
    language = given.get(LANGUAGE, TEXT)
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise BadParameter(LANGUAGE, _("Langage de filtre inconnu. Connus : %(known)s.") % {"known": known})
    crs = parse_crs(given[CRS], CRS) if CRS in given else CRS84
    if PARAMETER not in given:
        return None
    text = given[PARAMETER]
    if len(text) > MAX_LENGTH:
        raise refusal(_("Un filtre de %(most)d caractères au plus.") % {"most": MAX_LENGTH})
    is_sql = language == DRAFT
    document = _read_json(text) if language == JSON else read_text(text, is_sql=is_sql)
    return Judge(collection, crs, is_sql=is_sql).condition(document)


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=each_once)
    except Repeated as error:
        raise refusal(_("Le membre « %(name)s » est donné deux fois.") % {"name": error.name}) from None
    except (ValueError, RecursionError):
        raise refusal(_("Le filtre n’est pas du JSON.")) from None
