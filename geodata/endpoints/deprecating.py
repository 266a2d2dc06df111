"""`Deprecation` and `Sunset` on answers that meet what goes away; a refusal once it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata import deprecations, registry
from geodata.problems import BadParameter, Gone

if TYPE_CHECKING:
    from geodata.registry import Collection


def collections_of(announced: deprecations.Deprecation) -> list[Collection]:
    """The collections whose items lose this property or parameter; none for an address, which names its own."""
    if announced.kind == deprecations.ADDRESS:
        return []
    return [each for each in registry.collections() if announced.pattern.fullmatch(f"/api/collections/{each.id}/items")]


def refuse_ended(request: HttpRequest) -> None:
    """Raises Gone for an address that has ended, BadParameter for a parameter that has."""
    met = deprecations.ended(request.path, request.GET, timezone.now())
    if met is None or met.sunset_at is None:
        return
    words = {"name": met.name, "day": f"{timezone.localtime(met.sunset_at):%Y-%m-%d}", "instead": str(met.instead)}
    told = (_("%(name)s n’existe plus depuis le %(day)s. %(instead)s") % words).strip()
    if met.kind == deprecations.PARAMETER:
        raise BadParameter(met.name, told)
    raise Gone(told)


def told(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer with these fields, where there is something to tell; its own links stay."""
    if not deprecations.declared():
        return response
    root = request.build_absolute_uri("/").rstrip("/")
    for name, value in deprecations.headers(root, request.path, request.GET, timezone.now()):
        before = response.get(name, "") if name == "Link" else ""
        response[name] = f"{before}, {value}" if before else value
    return response
