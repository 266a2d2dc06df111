"""Landing page, conformance, collections (OGC API Features Part 1 §7.2–7.14)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from geodata.formats import offered
from geodata.formats.choice import HTML, JSON, JSON_SCHEMA, Format
from geodata.ogc.links import OGC, items_links, link, selves
from geodata.ogc.versions import VERSIONING, proposal_link
from geodata.params.crs import CRS84, KNOWN
from geodata.queries.extent import Extent
from geodata.registry import Collection

CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMANCE = (
    *(
        f"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/{name}"
        for name in ("core", "landing-page", "json", "html", "oas30")
    ),
    *(f"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/{name}" for name in ("collections", "json", "html")),
    f"{CORE}/core",
    f"{CORE}/geojson",
    f"{CORE}/html",
    f"{CORE}/oas30",
    *(
        f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "array-functions",
            "property-property",
            "arithmetic",
        )
    ),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    *(
        f"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/{name}"
        for name in (
            "schemas",
            "core-roles-features",
            "feature-references",
            "returnables-and-receivables",
            "queryables",
            "sortables",
        )
    ),
    *(
        f"http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/{name}"
        for name in ("sortables", "sorting", "features-sorting")
    ),
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
)
SCHEMA_TYPE = "application/schema+json"
OPENAPI = Format(
    name="json",
    media_type="application/vnd.oai.openapi+json",
    parameters=";version=3.0",
    title="OpenAPI 3.0",
    accepts=("application/openapi+json", "application/json"),
)
DOCUMENT_FORMATS = (JSON, HTML)
SCHEMA_FORMATS = (JSON_SCHEMA, HTML)


def landing(root: str, current: Format) -> dict[str, Any]:
    """The landing page (§7.2)."""
    return {
        "title": settings.SITE_NAME,
        "description": _("Parcs, cabanes et sentiers : données ouvertes, Licence Ouverte 2.0."),
        "attribution": settings.SITE_PUBLISHER,
        "links": [
            *selves(root, {}, current, DOCUMENT_FORMATS),
            link(f"{root}openapi.json", "service-desc", OPENAPI.content_type, OPENAPI.title),
            link(f"{root}docs", "service-doc", "text/html", _("Documentation")),
            link(f"{root}conformance", "conformance", "application/json", _("Classes de conformité")),
            link(f"{root}conformance", f"{OGC}/conformance", "application/json"),
            link(f"{root}tiles", f"{OGC}/tilesets-vector", "application/json", _("Tuiles vectorielles")),
            link(f"{root}tileMatrixSets", f"{OGC}/tiling-schemes", "application/json", "WebMercatorQuad"),
            link(f"{root}changes", "monitor", "application/json", _("Changements")),
            link(f"{root}catalogue.ttl", "describedby", "text/turtle", _("Catalogue DCAT-AP (Turtle)")),
            link(f"{root}catalogue.jsonld", "describedby", "application/ld+json", _("Catalogue DCAT-AP (JSON-LD)")),
            link(f"{root}snapshot", "collection", "application/json", _("Copies des collections")),
            link(f"{root}collections", "data", "application/json", _("Collections")),
            link(f"{root}collections", f"{OGC}/data", "application/json"),
            link(
                "https://www.etalab.gouv.fr/licence-ouverte-open-licence", "license", "text/html", "Licence Ouverte 2.0"
            ),
        ],
    }


def conformance(root: str, current: Format) -> dict[str, Any]:
    """The conformance classes that hold (§7.4)."""
    links = [*selves(f"{root}conformance", {}, current, DOCUMENT_FORMATS), proposal_link()]
    return {"conformsTo": list(CONFORMANCE), "links": links}


def collections(root: str, current: Format, described: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All collections (§7.13)."""
    return {
        "links": selves(f"{root}collections", {}, current, DOCUMENT_FORMATS),
        "crs": list(KNOWN),
        "collections": list(described),
    }


def collection(root: str, current: Format, described: Collection, extent: Extent) -> dict[str, Any]:
    """One collection (§7.14; Part 2 §6)."""
    base = f"{root}collections/{described.id}"
    document: dict[str, Any] = {
        "id": described.id,
        "title": str(described.title),
        "description": str(described.description),
        "attribution": settings.SITE_PUBLISHER,
        "license": "etalab-2.0",
        "itemType": "feature",
        "crs": list(KNOWN),
        "storageCrs": CRS84.uri,
        "versioning": VERSIONING,
        "links": [
            *selves(base, {}, current, DOCUMENT_FORMATS),
            *items_links(root, described, offered.of(described)),
            link(f"{base}/queryables", f"{OGC}/queryables", SCHEMA_TYPE, _("Propriétés qui filtrent")),
            link(f"{base}/sortables", f"{OGC}/sortables", SCHEMA_TYPE, _("Propriétés qui trient")),
            link(f"{base}/schema", f"{OGC}/schema", SCHEMA_TYPE, _("Schéma")),
            link(f"{base}/tiles", f"{OGC}/tilesets-vector", "application/json", _("Tuiles vectorielles")),
            link(f"{root}changes?collection={described.id}", "monitor", "application/json", _("Changements")),
            link(f"{root}snapshot/{described.id}", "enclosure", "application/geo+json", _("Copie avec son curseur")),
            link(f"{root}collections", "up", "application/json"),
        ],
    }
    found = _extent(extent)
    return document | ({"extent": found} if found else {})


def _extent(extent: Extent) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if extent.box:
        found["spatial"] = {"bbox": [list(extent.box)], "crs": CRS84.uri}
    if extent.start or extent.end:
        found["temporal"] = {
            "interval": [[_instant(extent.start), _instant(extent.end)]],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }
    return found


def _instant(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
