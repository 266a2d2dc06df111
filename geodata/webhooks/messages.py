"""The bodies: what a subscription asked for of the feed, from its place on, bounded in number and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from geodata import registry
from geodata.formats.changes import compact, described
from geodata.params.changes import Anchor, ChangesQuery, make_since
from geodata.params.instants import instant
from geodata.queries import changes as feed
from geodata.queries.changes import ChangesPage, Entry
from geodata.queries.touched import touched
from geodata.webhooks.models import Delivery, Subscription

AT_ONCE = 100
# A body ends with the entry that makes it larger than this; a larger feature is not sent along, only its address.
MAX_BODY = 512 * 1024
MAX_FEATURE = 512 * 1024


@dataclass(frozen=True)
class Batch:
    """The next piece of the feed for a subscription: its entries as JSON, and the place after them."""

    entries: tuple[bytes, ...]
    last: Anchor
    more: bool


@dataclass(frozen=True)
class Body:
    """What is sent: its bytes, the place in the feed up to which it tells, the number of its changes."""

    text: bytes
    last: Anchor
    entries: int


def batch(subscription: Subscription, since: Anchor, root: str, until: int | None = None) -> Batch:
    """What the subscription asked for after `since`, up to the revision `until`. Raises feed.Expired.

    `last` may be before `until`, when what is asked for no longer fits in one body, and after it, when it does.
    `root` is the address of the site, without a slash at its end.
    """
    page = feed.page(ChangesQuery(since=since, limit=AT_ONCE, skip_feature=not subscription.with_features))
    wanted = [each for each in _wanted(subscription, page) if until is None or each.revision <= until]
    pieces: list[bytes] = []
    size = 0
    for entry, piece in _pieces(replace(page, entries=wanted), root):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BODY and entry is not wanted[-1]:
            return Batch(tuple(pieces), Anchor(entry.revision, entry.at), more=True)
    return Batch(tuple(pieces), page.last, page.more)


def _wanted(subscription: Subscription, page: ChangesPage) -> list[Entry]:
    chosen = [
        each
        for each in page.entries
        if each.op in subscription.events
        and (not subscription.collections or each.collection in subscription.collections)
    ]
    if not chosen or (subscription.box is None and not subscription.authority):
        return chosen
    west_south_east_north = tuple(subscription.box) if subscription.box else None
    met = touched(chosen, west_south_east_north, subscription.authority or None)
    return [each for each in chosen if each.revision in met and met[each.revision].meets]


def _pieces(page: ChangesPage, root: str) -> Iterator[tuple[Entry, bytes]]:
    for entry, feature in page.texts():
        told = compact(described(entry) | {"href": f"{root}/api/collections/{entry.collection}/items/{entry.uuid}"})
        if entry.op == "upsert" and not page.query.skip_feature:
            small = feature if feature and len(feature) <= MAX_FEATURE else b"null"
            told = told[:-1] + b',"feature":' + small + b"}"
        yield entry, told


def body(delivery: Delivery, root: str) -> Body:
    """The body of a message, from its place up to its end, or to what fits. Raises feed.Expired."""
    last = Anchor(delivery.last_revision, delivery.last_at)
    if delivery.kind == Delivery.Kind.TEST:
        told = compact({"subscription": str(delivery.subscription_id)})
        return Body(_envelope("test", delivery.created_at, told), last, 0)
    if delivery.kind == Delivery.Kind.RESYNC:
        copies = [f"{root}/api/snapshot/{each.id}" for each in registry.collections()]
        return Body(_envelope("resync", delivery.created_at, compact({"snapshots": copies})), last, 0)
    since = Anchor(delivery.since_revision, delivery.since_at)
    found = batch(delivery.subscription, since, root, until=last.revision)
    if found.last.revision < last.revision:
        last = found.last
    tail = {"subscription": str(delivery.subscription_id), "cursor": make_since(last)}
    data = b'{"changes":[' + b",".join(found.entries) + b"]," + compact(tail)[1:]
    return Body(_envelope("changes", delivery.created_at, data), last, len(found.entries))


def _envelope(kind: str, at: datetime, data: bytes) -> bytes:
    head: dict[str, Any] = {"type": kind, "timestamp": instant(at)}
    return compact(head)[:-1] + b',"data":' + data + b"}"
