"""The OpenAPI 3.0 document, made from the list of collections (OGC API Features /req/oas30)."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import models

from geodata.formats import offered
from geodata.formats.choice import JSON, JSON_SCHEMA, Format
from geodata.ogc import (
    openapi_changes,
    openapi_exports,
    openapi_notices,
    openapi_resources,
    openapi_tiles,
    openapi_versions,
    openapi_webhooks,
)
from geodata.ogc.openapi_parts import (
    LINKS,
    PROBLEM,
    REFUSED,
    TEXT,
    UUID,
    Document,
    columns_parameters,
    format_of,
    limit_parameter,
    property_parameters,
    with_links,
)
from geodata.ogc.openapi_parts import parameter as _parameter
from geodata.ogc.schema import property_schema
from geodata.params import reasons
from geodata.params.crs import KNOWN
from geodata.params.filters import LANGUAGES
from geodata.params.properties import may_be_null
from geodata.registry import Collection

# /req/core/fc-bbox-definition.
BBOX = {
    "type": "array",
    "oneOf": [{"minItems": count, "maxItems": count} for count in (4, 6)],
    "items": {"type": "number"},
}
SORTBY = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": r"^[+-]?[^+\-\s].*$"}}
VERSION = "1.0.0"
COLLECTION = with_links(id=TEXT, title=TEXT, itemType=TEXT, crs={"type": "array", "items": TEXT})
COLLECTIONS: Document = {"type": "array", "items": COLLECTION}
CONFORMS: Document = {
    "type": "object",
    "required": ["conformsTo"],
    "properties": {"conformsTo": {"type": "array", "items": TEXT}, "links": LINKS},
}
# Every module that adds paths: a function of the collections and of the answer to what is refused.
PARTS = (
    openapi_changes.paths,
    openapi_tiles.paths,
    openapi_resources.paths,
    openapi_exports.paths,
    openapi_notices.paths,
    openapi_versions.paths,
    openapi_webhooks.paths,
)
REASON = _parameter(
    reasons.REASON,
    TEXT | {"maxLength": reasons.MAX_LENGTH},
    "why; public: it is the `reason` of the change in /changes. One line, percent-encoded",
)
SECURITY: Document = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A larger quota, no right"},
}


def document(root: str, collections: Iterable[Collection]) -> Document:
    """The whole document, with paths relative to `root`."""
    paths: dict[str, Any] = {
        "/": {"get": _page("landing", "Landing page", with_links(title=TEXT))},
        "/conformance": {"get": _page("conformance", "Conformance classes", CONFORMS)},
        "/collections": {"get": _page("collections", "Collections", with_links(collections=COLLECTIONS))},
    }
    described = list(collections)
    for part in PARTS:
        paths |= part(described, PROBLEM)
    for each in described:
        paths |= _collection(each)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": settings.SITE_NAME,
            "version": VERSION,
            "contact": {"email": settings.SITE_CONTACT},
            "license": {
                "name": "Licence Ouverte 2.0",
                "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
            },
        },
        "servers": [{"url": root.rstrip("/")}],
        "paths": openapi_notices.marked(paths),
        "components": {
            "schemas": {"Problem": _problem(), **{name: each for one in described for name, each in _features(one)}},
            "responses": {"Problem": REFUSED},
            "securitySchemes": SECURITY,
        },
    }


def _page(operation: str, summary: str, schema: Document, form: Format = JSON) -> Document:
    """A document that is also a page for a browser."""
    made = _get(operation, summary, (), form.media_type, schema)
    made["responses"]["200"]["content"]["text/html"] = {"schema": TEXT}
    made["parameters"][-1] = format_of(form.name, "html")
    return made


def _get(
    operation: str,
    summary: str,
    parameters: Iterable[Document] = (),
    media: str = "application/json",
    schema: Document | None = None,
) -> Document:
    ok = {"description": "OK", "content": {media: {"schema": schema or {"type": "object"}}}}
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [*parameters, _parameter("f", {"type": "string"}, "Format")],
        "responses": {"200": ok, "default": PROBLEM},
    }


def _collection(collection: Collection) -> dict[str, Any]:
    base, name = f"/collections/{collection.id}", str(collection.title)
    feature = {"$ref": f"#/components/schemas/{collection.id}.feature"}
    patch = {"$ref": f"#/components/schemas/{collection.id}.patch"}
    features = {
        "type": "object",
        "required": ["type", "features", "numberReturned", "links"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": feature},
            "numberReturned": {"type": "integer", "minimum": 0},
            "numberMatched": {"type": "integer", "minimum": 0},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": LINKS,
        },
    }
    uuid = _parameter("id", {"type": "string", "format": "uuid"}, "uuid", where="path")
    crs = _parameter("crs", {"type": "string", "enum": list(KNOWN)}, "CRS")
    item = _in_every_format(
        _get(
            f"{collection.id}.item",
            f"{name}: one feature",
            [uuid, crs, openapi_versions.AS_OF_PARAMETER, *columns_parameters(collection)],
            "application/geo+json",
            feature,
        ),
        collection,
    )
    items = _get(f"{collection.id}.items", name, _items_parameters(collection), "application/geo+json", features)
    read_only = collection.serializer == ""
    paths: dict[str, Any] = {
        base: {"get": _page(f"{collection.id}.collection", name, COLLECTION)},
        **{
            f"{base}/{each}": {"get": _page(f"{collection.id}.{each}", each.title(), {"type": "object"}, JSON_SCHEMA)}
            for each in ("queryables", "sortables", "schema")
        },
        f"{base}/items": {"get": openapi_exports.added(_in_every_format(items, collection))},
        f"{base}/items/{{id}}": {"get": item},
    }
    if not read_only:
        paths[f"{base}/items"]["post"] = _write(f"{collection.id}.create", "Create", "201", feature)
        paths[f"{base}/items/{{id}}"] |= {
            "put": _write(f"{collection.id}.replace", "Replace", "200", feature, uuid),
            "patch": _write(
                f"{collection.id}.update", "Update (merge patch)", "200", patch, uuid, "application/merge-patch+json"
            ),
            "delete": _write(f"{collection.id}.delete", "Delete", "204", None, uuid),
        }
        paths[f"{base}/items/{{id}}"]["delete"]["parameters"].append(
            _parameter("successor", UUID, "the feature it was merged into")
        )
        paths |= _photos(collection)
    return paths


def _features(collection: Collection) -> Iterator[tuple[str, Document]]:
    """A feature of the collection as it is read and written, and what a merge patch of one may hold."""
    members = {key: _member(key, field) for key, field in collection.fields.items()}
    patch: Document = {"type": "object", "additionalProperties": False, "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string", "format": "uuid"},
        "geometry": {"type": "object", "nullable": True},
        "properties": {"type": "object", "properties": members},
        "links": {"type": "array", "items": {}},
        "bbox": {"type": "array", "items": {}},
    }}  # fmt: skip
    yield f"{collection.id}.patch", patch
    yield f"{collection.id}.feature", patch | {"required": ["type", "geometry", "properties"]}


def _in_every_format(operation: Document, collection: Collection) -> Document:
    """The same operation with every representation that the collection has."""
    formats = offered.of(collection)
    content = operation["responses"]["200"]["content"]
    for each in formats:
        kind = "object" if each.media_type.endswith("+json") else "string"
        content.setdefault(each.media_type, {"schema": {"type": kind}})
    names = {"type": "string", "enum": ["json", *(each.name for each in formats)]}
    operation["parameters"][-1] = _parameter("f", names, "Format; downloads give the whole selection")
    return operation


def _items_parameters(collection: Collection) -> list[Document]:
    fixed = [
        _parameter("bbox", BBOX, "4 or 6 numbers; what has no shape is found by every box"),
        _parameter("bbox-crs", {"type": "string", "enum": list(KNOWN)}, "CRS of bbox"),
        _parameter("crs", {"type": "string", "enum": list(KNOWN)}, "CRS of the answer"),
        _parameter("datetime", {"type": "string"}, "RFC 3339 instant or interval"),
        openapi_versions.AS_OF_PARAMETER,
        limit_parameter(),
        _parameter("cursor", {"type": "string"}, "from a next link"),
        _parameter("q", {"type": "string"}, "words"),
        _parameter("filter", {"type": "string"}, "CQL2 on the queryables"),
        _parameter("filter-lang", {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}, "its encoding"),
        *columns_parameters(collection),
        _parameter("sortby", SORTBY, "up to 4 sortables; - before a name: highest first; unknown values come last"),
        _parameter("filter-crs", {"type": "string", "enum": list(KNOWN)}, "CRS of its geometries"),
    ]
    return fixed + property_parameters([collection])


def _write(
    operation: str,
    summary: str,
    ok: str,
    feature: Document | None,
    uuid: Document | None = None,
    media: str = "application/geo+json",
) -> Document:
    made: Document = {
        "operationId": operation,
        "summary": summary,
        "security": [{"bearer": []}],
        "parameters": [*([uuid] if uuid else []), REASON],
        "responses": {ok: {"description": "Done"}, "default": PROBLEM},
    }
    if uuid:
        made["parameters"].append(_parameter("If-Match", {"type": "string"}, "the ETag that was read", "header"))
    if feature:
        made["parameters"].append(
            _parameter("Content-Crs", {"type": "string"}, "CRS of the geometry; CRS84 when absent", "header")
        )
        made["requestBody"] = {"required": True, "content": {media: {"schema": feature}}}
        made["responses"]["202"] = {"description": "Waits for a publisher, at Location"}
    return made


def _photos(collection: Collection) -> dict[str, Any]:
    """Paths of the photos, for collections that have some."""
    if "photos" not in {relation.name for relation in collection.model_class._meta.related_objects}:
        return {}
    name, base = f"{collection.id}.photos", f"/collections/{collection.id}/items/{{id}}/photos"
    text = {"type": "string"}
    told = dict.fromkeys(("alt_fr", "alt_en", "alt_nl", "author", "rights_holder", "licence"), text)
    form = {
        "type": "object",
        "required": ["file", "alt_fr", "author", "licence"],
        "properties": {"file": text | {"format": "binary"}, "uuid": text | {"format": "uuid"}, **told},
    }
    uuid = _parameter("id", {"type": "string", "format": "uuid"}, "uuid of the feature", where="path")
    photo = _parameter("photo", {"type": "string", "format": "uuid"}, "uuid of the photo", where="path")
    secured: Document = {"security": [{"bearer": []}], "responses": {"default": PROBLEM}}

    def write(operation: str, summary: str, code: str, parameters: list[Document], **more: Any) -> Document:
        made = secured | {"operationId": f"{name}.{operation}", "summary": summary, "parameters": parameters} | more
        return made | {"responses": {code: {"description": "Done"}, "default": PROBLEM}}

    def read(operation: str, summary: str, parameters: list[Document]) -> Document:
        found = _get(f"{name}.{operation}", summary)
        return found | {"parameters": [*parameters, format_of("json")]}

    def body(media: str, schema: Document) -> Document:
        return {"required": True, "content": {media: {"schema": schema}}}

    patch = body("application/merge-patch+json", {"type": "object", "properties": told})
    return {
        base: {
            "get": read("list", "Photos", [uuid]),
            "post": write("add", "Add a photo", "201", [uuid], requestBody=body("multipart/form-data", form)),
        },
        f"{base}/{{photo}}": {
            "get": read("one", "One photo", [uuid, photo]),
            "patch": write("describe", "Describe a photo", "200", [uuid, photo], requestBody=patch),
            "delete": write("remove", "Remove a photo", "204", [uuid, photo]),
        },
    }


def _member(name: str, field: "models.Field[Any, Any]") -> Document:
    """A property as OpenAPI 3.0 wants it: `nullable`, no list of types, no keyword of its own."""
    made = {key: value for key, value in property_schema(name, field).items() if not key.startswith("x-")}
    if isinstance(made["type"], list):
        del made["type"]
        return made
    if may_be_null(field):
        made["nullable"] = True
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


def _problem() -> Document:
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "instance": text,
            "parameter": text,
            "at": text | {"format": "date-time", "description": "410: when the feature was deleted"},
            "reason": text | {"description": "410: why, in the words of who deleted it"},
            "successor": UUID | {"description": "410: the feature it was merged into"},
        },
    }
