"""The services that are harvested, as TOML tables: `[a-source]` with its `fields`, `fixed` and `templates`.

Credentials are never in the file: `header` and `secret` name a header and the variable of the environment that
holds its value.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from geodata.problems import Invalid

KINDS = ("arcgis", "wfs", "oapif", "file")
MAX_FEATURES = 250_000
MAX_BYTES = 1024 * 1024 * 1024
TIMEOUT_S = 1_800


@dataclass(frozen=True, kw_only=True)
class Source:
    """One service and what its features become here.

    `url` is an https or http address, for `file` also a path of this machine; `layer` a layer number, type name or
    collection id; `id_field` the column that names a feature for good. `hosts` may be reached beside that of `url`,
    `private` allows addresses of an inner network. `fields` maps a property to a column, to several of which the first
    that says something counts, or to `{from, codes}`; `fixed` gives values that are the same for all, `templates`
    texts for properties that no column gave, with `{column}`. `account` is the name of who harvests, for its rights.
    """

    id: str
    title: str
    url: str
    kind: str
    collection: str
    id_field: str
    account: str = ""
    authority: str = ""
    publisher: str = ""
    licence: str = ""
    layer: str = ""
    source_date: date | None = None
    hosts: tuple[str, ...] = ()
    private: bool = False
    header: str = ""
    secret: str = ""
    note: str = ""
    page_size: int = 0
    max_features: int = MAX_FEATURES
    max_bytes: int = MAX_BYTES
    timeout_s: int = TIMEOUT_S
    fields: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_remote(self) -> bool:
        """Whether it is reached over a network."""
        return urlsplit(self.url).scheme in ("http", "https")

    @property
    def layer_url(self) -> str:
        """The address of the layer or collection itself, where the kind gives it one."""
        url = self.url.rstrip("/")
        if self.kind == "oapif":
            return f"{url}/collections/{quote(self.layer)}"
        is_service = self.kind == "arcgis" and url.endswith(("/FeatureServer", "/MapServer"))
        return f"{url}/{self.layer or 0}" if is_service else url


def read(path: Path | None = None) -> dict[str, Source]:
    """The sources of a file by their id. Raises Invalid: a table that lacks something or says what nobody knows."""
    with (path or Path(settings.HARVEST_SOURCES)).open("rb") as file:
        tables = tomllib.load(file)
    return {name: _source(name, table) for name, table in tables.items()}


def _source(name: str, table: dict[str, Any]) -> Source:
    known = {each.name for each in fields(Source)} - {"id"}
    needed = {"title", "url", "kind", "collection", "id_field"}
    errors = {key: [_("Clé inconnue.")] for key in table.keys() - known}
    errors |= {key: [_("Cette clé manque.")] for key in needed - table.keys()}
    if table.get("kind", KINDS[0]) not in KINDS:
        errors["kind"] = [_("Genre inconnu. Connus : %(known)s.") % {"known": ", ".join(KINDS)}]
    for key, most in (("max_features", MAX_FEATURES), ("max_bytes", MAX_BYTES), ("timeout_s", TIMEOUT_S)):
        if not 0 < table.get(key, most) <= most:
            errors[key] = [_("Au plus %(most)d.") % {"most": most}]
    if errors:
        raise Invalid({f"{name}.{key}": told for key, told in errors.items()})
    made = table | {"hosts": tuple(table.get("hosts", ()))}
    return Source(id=name, **made)
