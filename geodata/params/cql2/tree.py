"""The typed tree of a filter: what `queries.filtering` writes as SQL."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeAlias
from uuid import UUID


class Kind(Enum):
    """The type of an expression; the value is its type in SQL."""

    TEXT = "text"
    NUMBER = "double precision"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "timestamptz"
    UUID = "uuid"
    SHAPE = "geometry"
    LIST = "list"
    PERIOD = "period"


SCALARS = (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.INSTANT, Kind.UUID)
TIMES = (Kind.DATE, Kind.INSTANT)


@dataclass(frozen=True)
class Property:
    """A property of the collection; `element` is the kind of what a list holds."""

    name: str
    kind: Kind
    element: Kind | None = None


@dataclass(frozen=True)
class Value:
    """A literal; a shape is PostGIS' hexadecimal text in EPSG:4326, `mixed` when it has points, lines and areas."""

    value: str | int | float | bool | date | datetime | UUID
    kind: Kind
    mixed: bool = False


@dataclass(frozen=True)
class Values:
    """A list of expressions of one kind; None where the list is empty."""

    items: tuple["Node", ...]
    element: Kind | None
    kind: Kind = Kind.LIST


@dataclass(frozen=True)
class Period:
    """A closed period; an end that is None is open, and so is one whose property has no value."""

    start: "Node | None"
    end: "Node | None"
    kind: Kind = Kind.PERIOD


@dataclass(frozen=True)
class Call:
    """An operator or function, by its name in CQL2 JSON in lower case, with arguments that fit it."""

    name: str
    args: tuple["Node", ...]
    kind: Kind = Kind.BOOLEAN


Node: TypeAlias = Property | Value | Values | Period | Call
