"""What our pages were narrowed to, in the parameters of a piece: all of it, or nothing. A frame never shows more than its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.http import urlencode

from carte.home import asking
from carte.integrer.selection import NOBODY, PAST, read
from carte.pages.filters import REACHABLE, ListFilter
from geodata import registry
from geodata.features import YesNo
from geodata.params.instants import AS_OF

if TYPE_CHECKING:
    from geodata.registry import Collection

# The communes that a source states win over those that derive from the shape, as in `relations.in_communes`.
IN_COMMUNE = {
    "stated_communes": (
        "(A_CONTAINS(stated_communes, ('{0}')) OR (A_CONTAINEDBY(stated_communes, ()) AND A_CONTAINS(communes, ('{0}'))))"
    ),
    "stated_commune": "(stated_commune = '{0}' OR (stated_commune = '' AND commune = '{0}'))",
    "commune": "commune = '{0}'",
}
AT_MOST_H = "(stated_duration_h <= {0} OR (stated_duration_h IS NULL AND duration_h <= {0}))"


def is_of_the_past(given: QueryDict) -> bool:
    """Whether a page shows a moment of the past, which no piece does."""
    return bool(given.get(AS_OF))


def of_list(collection: Collection, given: QueryDict) -> dict[str, str] | None:
    """The parameters of the piece that shows what a list shows; None when there is none."""
    form = ListFilter(collection, NOBODY, given)
    if is_of_the_past(given) or not form.is_valid():
        return None
    # Lists hold what is over too.
    parameters: dict[str, str] = {PAST: "oui"} if collection.datetime else {}
    conditions = []
    for name, value in form.cleaned_data.items():
        if value and name in (*form.codes, *REACHABLE, "q"):
            parameters[name] = YesNo.YES if name in REACHABLE else value
        elif value:
            conditions.append(_condition(collection, name, value))
    said = [each for each in conditions if each is not None]
    if len(said) < len(conditions):
        return None
    if said:
        parameters["filter"] = " AND ".join(said)
    return parameters if "q" not in parameters or _is_same(form, collection, parameters) else None


def _condition(collection: Collection, name: str, value: str) -> str | None:
    """What the API has no parameter for, in its language of filters; None for what it cannot say."""
    if name == "commune":
        return next(text for field, text in IN_COMMUNE.items() if field in collection.fields).format(value)
    return AT_MOST_H.format(value) if name == "max_h" else None


def of_home(given: QueryDict) -> tuple[str, dict[str, str]] | None:
    """The collection and parameters of the piece that shows what the first page shows of one kind; None when there is none."""
    asked = asking.read(given)
    if is_of_the_past(given) or asked.words or asked.open_only or len(asked.kinds) > 1:
        return None
    (kind,) = asked.kinds
    fields = registry.get(kind).fields
    parameters: dict[str, str] = {}
    if asked.pushchair:
        if "pushchair" not in fields:
            return None
        parameters["pushchair"] = YesNo.YES
    if asked.commune:
        name = "stated_communes" if "stated_communes" in fields else "commune"
        parameters["filter"] = IN_COMMUNE[name].format(asked.commune)
    return kind, parameters


def _is_same(form: ListFilter, collection: Collection, parameters: dict[str, Any]) -> bool:
    """Whether words find the same here and there: lists find them inside words and in names of communes too."""
    _rows, count = read(collection.id, QueryDict(urlencode(parameters))).rows()
    return count is not None and form.narrow(collection.visible_to(NOBODY)).count() == count
