"""A layer definition for QGIS (`.qlr`): one file that opens a selection, with its name and its source.

Filters by property become the subset of QGIS's own provider for OGC API – Features, which reads what is in view, follows
the pages and may edit. What a subset cannot say (words, box, dates, CQL2) is read through GDAL, whole, by an address that opens without features too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from django.contrib.postgres.fields import ArrayField

from carte.partenaires.samples import is_at_once
from geodata.params.properties import filterable, plain

if TYPE_CHECKING:
    from carte.partenaires.asking import Asking
    from carte.partenaires.samples import Addresses

MEDIA_TYPE = "application/x-qgis-layer-definition"
SHAPES = {"POINT": "Point", "LINESTRING": "Line", "MULTIPOLYGON": "Polygon", "GEOMETRY": "Point"}
SRS = {
    "proj4": "+proj=longlat +datum=WGS84 +no_defs", "srsid": "3452", "srid": "4326", "authid": "EPSG:4326",
    "description": "WGS 84", "projectionacronym": "longlat", "ellipsoidacronym": "EPSG:7030", "geographicflag": "true",
}  # fmt: skip


def definition(asking: Asking, addresses: Addresses) -> bytes:
    """The document, in UTF-8. Raises BadParameter: a filter that takes too long to count."""
    provider, source = _source(asking, addresses)
    name, key = str(asking.collection.title), f"chaine_{asking.collection.id.replace('-', '_')}"
    root = ET.Element("qlr")
    group = ET.SubElement(root, "layer-tree-group", {"name": "", "expanded": "1", "checked": "Qt::Checked"})
    ET.SubElement(group, "customproperties")
    leaf = {
        "id": key,
        "name": name,
        "source": source,
        "providerKey": provider,
        "checked": "Qt::Checked",
        "expanded": "1",
    }
    ET.SubElement(ET.SubElement(group, "layer-tree-layer", leaf), "customproperties")
    shape = SHAPES[asking.collection.geometry.geom_type]
    layer = ET.SubElement(ET.SubElement(root, "maplayers"), "maplayer", {"type": "vector", "geometry": shape})
    for tag, text in (("id", key), ("datasource", source), ("layername", name)):
        ET.SubElement(layer, tag).text = text
    srs = ET.SubElement(ET.SubElement(layer, "srs"), "spatialrefsys")
    for tag, text in SRS.items():
        ET.SubElement(srs, tag).text = text
    ET.SubElement(layer, "provider", {"encoding": "UTF-8"}).text = provider
    document: bytes = ET.tostring(root, encoding="utf-8")
    return b"<!DOCTYPE qgis-layer-definition>\n" + document


def _source(asking: Asking, addresses: Addresses) -> tuple[str, str]:
    """Provider and data source."""
    subset = _subset(asking)
    if subset is None:
        count = asking.shown.count() if asking.shown else None
        layer = f"|layername={addresses.collection}" if is_at_once(count) else ""
        return "ogr", f"{addresses.whole(count)}{layer}"
    source = f" typename='{addresses.collection}' url='{addresses.origin}/api/' restrictToRequestBBOX='1' pagingEnabled='true'"
    if subset:
        escaped = subset.replace("\\", "\\\\").replace("'", "\\'")
        source += f" filter='{escaped}'"
    return "OAPIF", source.strip()


def _subset(asking: Asking) -> str | None:
    """The filters as an expression of QGIS; empty without filters, None for what it cannot say."""
    fields = filterable(asking.collection)
    parts = []
    for name, value in asking.parameters.items():
        if name not in fields or isinstance(plain(fields[name]), ArrayField):
            return None
        text = value if value in ("true", "false") else "'" + value.replace("'", "''") + "'"
        parts.append(f'"{name}" = {text}')
    return " AND ".join(parts)
