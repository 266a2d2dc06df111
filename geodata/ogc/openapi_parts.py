"""Pieces that every module of the OpenAPI document is written with (OpenAPI 3.0.3)."""

from collections.abc import Iterable, Sequence
from typing import Any

from geodata.ogc.schema import property_schema
from geodata.params.paging import DEFAULT_LIMIT, MAX_LIMIT
from geodata.params.properties import filterable_in_all
from geodata.registry import FULL, Collection

Document = dict[str, Any]
TEXT: Document = {"type": "string"}
NUMBER: Document = {"type": "integer"}
UUID: Document = {"type": "string", "format": "uuid"}
# The content of an answer for people.
PAGES: Document = {"text/html": {"schema": TEXT}}
LINK: Document = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {"href": TEXT, "rel": TEXT, "type": TEXT, "title": TEXT, "templated": {"type": "boolean"}},
}
LINKS: Document = {"type": "array", "items": LINK}
PROBLEM: Document = {"$ref": "#/components/responses/Problem"}
REFUSED: Document = {
    "description": "RFC 9457",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def with_links(**properties: Document) -> Document:
    """The schema of a JSON document that has links and these further members, all of them required."""
    found = {"links": LINKS} | properties
    return {"type": "object", "required": list(found), "properties": found}


def parameter(name: str, schema: Document, description: str, where: str = "query") -> Document:
    """A parameter; lists in the query are written with commas."""
    made = {"name": name, "in": where, "description": description, "schema": schema, "required": where == "path"}
    return made | ({"style": "form", "explode": False} if where == "query" else {})


def format_of(*names: str) -> Document:
    """The parameter `f` of a resource that has these forms."""
    return parameter("f", TEXT | {"enum": list(names)}, "Format")


# Of what is a document or a page.
EITHER = format_of("json", "html")


def limit_parameter() -> Document:
    """The parameter `limit` (/req/core/fc-limit-definition)."""
    schema = NUMBER | {"minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    return parameter("limit", schema, "a page has the maximum at most, also where more is asked for; a file has none")


def get(
    operation: str, summary: str, parameters: Iterable[Document], content: Document, *, empty: bool = False
) -> Document:
    """A GET with what its 200 holds, by media type; `empty` adds a 204."""
    responses: Document = {"200": {"description": "OK", "content": content}, "default": PROBLEM}
    if empty:
        responses["204"] = {"description": "Nothing there"}
    return {"get": {"operationId": operation, "summary": summary, "parameters": [*parameters], "responses": responses}}


def json(schema: Document | None = None, media: str = "application/json") -> Document:
    """The content of a JSON answer."""
    return {media: {"schema": schema or {"type": "object"}}}


def property_parameters(collections: Sequence[Collection]) -> list[Document]:
    """The parameters that compare a property with a value: those that all of these collections have."""
    keys = ("type", "format", "enum") if len(collections) == 1 else ("type", "format")
    found = []
    for name, field in filterable_in_all(collections).items():
        schema = property_schema(name, field)
        schema = schema.get("items", schema)
        found.append(parameter(name, {key: schema[key] for key in keys if key in schema}, str(field.verbose_name)))
    return found


def columns_parameters(collection: Collection) -> list[Document]:
    """The parameters that say what of each feature is given."""
    names = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": ["id", *collection.fields]}}
    told = "; ".join(
        f"{name}: {', '.join(each.properties)}{'' if each.geometry else ', no geometry'}"
        for name, each in collection.profiles.items()
        if name != FULL
    )
    return [
        parameter("properties", names, "only these properties; the id is always there"),
        parameter("profile", {"type": "string", "enum": list(collection.profiles), "default": FULL}, told),
        parameter("skipGeometry", {"type": "boolean", "default": False}, "geometry null"),
    ]
