"""Versions of features as the proposal of the OGC sees them: links and the time map.

The draft "OGC API – Features: Versioned Features" (2026-04, no standard yet) on RFC 7089 and RFC 5829. It reads the
past with `datetime`; here that stays the filter on the declared period, and the past is read with `as-of` (decision
0150). So no conformance class is declared: the documents name the draft, and what holds of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from geodata.ogc.links import Link, link
from geodata.params.instants import instant

if TYPE_CHECKING:
    from geodata.queries.versions import Around, Version

PROPOSAL = "https://github.com/opengeospatial/ogcapi-features/blob/master/proposals/versioned-features.md"
LINK_FORMAT = "application/link-format"
# Of a collection, as the draft has it: versions are of what was recorded, by the clock of the server.
VERSIONING = {"timeAxis": "transaction-time", "mutationTime": "server"}
Address = Callable[[datetime | None], str]


def proposal_link() -> Link:
    """The draft that the reading of the past follows."""
    return link(PROPOSAL, "related", "text/html", _("Versions et états passés : projet de norme, non déclaré"))


def history_links(item: str) -> list[Link]:
    """From a feature to its versions, in the words of RFC 5829 and of RFC 7089."""
    return [
        link(f"{item}/versions", "version-history", "application/json"),
        link(f"{item}/versions?f=link", "timemap", LINK_FORMAT),
    ]


def version_links(address: Address, around: Around, media_type: str) -> list[Link]:
    """From a version to its own address, to those around it and to the present; `address` gives that of an instant."""
    found = [
        link(address(around.since), "canonical", media_type),
        link(address(None), "original", media_type),
        link(address(None), "timegate", media_type),
    ]
    if around.predecessor:
        found.append(link(address(around.predecessor), "predecessor-version", media_type))
    if around.successor:
        found.append(link(address(around.successor), "successor-version", media_type))
    if around.is_public:
        found.append(link(address(None), "latest-version", media_type))
    return found


def described(version: Version, address: Address) -> dict[str, Any]:
    """One entry of the list: what changed publicly, and where the state is."""
    told: dict[str, Any] = {
        "revision": version.revision,
        "at": instant(version.at),
        "op": version.op,
        "reason": version.reason,
        "authority": version.authority,
        "changed": list(version.changed),
    }
    if version.successor:
        told["successor"] = str(version.successor)
    if version.is_state:
        told["links"] = [link(address(version.at), "memento", "application/geo+json")]
    return told


def time_map(item: str, own: str, address: Address, listed: Iterable[Version]) -> str:
    """The time map of a feature (RFC 7089 §5) in the link format of RFC 6690."""
    lines = [f'<{item}>;rel="original timegate"', f'<{own}>;rel="self";type="{LINK_FORMAT}"']
    for each in listed:
        if each.is_state:
            said = format_datetime(each.at.replace(microsecond=0), usegmt=True)
            lines.append(f'<{address(each.at)}>;rel="memento";datetime="{said}"')
    return ",\n".join(lines)
