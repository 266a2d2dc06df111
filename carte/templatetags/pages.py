"""What templates of pages say: names and texts in the reader's language, figures, addresses, metadata."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from carte import wording
from carte.pages import addresses, captions, happenings, lines, qr, texts, vocabulary
from carte.pages.addresses import onward
from carte.pages.facts import Fact, fact
from carte.pages.near import Neighbour
from carte.pages.sentier import AlongStop
from carte.told.happenings import has_day
from geodata import registry
from geodata.formats import gpx, ical, markdown, offered
from geodata.formats.choice import Format
from geodata.licences import Licence, licence_of
from geodata.registry import Collection
from sentiers import schema_randonnee

register = template.Library()

for _function in (
    wording.number,
    wording.distance,
    wording.area,
    wording.duration,
    wording.share,
    wording.hour,
    wording.day,
    wording.dated,
    wording.weekday,
    wording.month,
    wording.moment,
    wording.partial_date,
    wording.joined,
    wording.spans,
):
    register.filter(_function.__name__, _function)

# JSON inside <script>: the three characters that could end the element or start a comment.
JSON_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


register.filter("is_told", texts.is_told)


@register.filter
def said(text: texts.Text) -> SafeString:
    """A text of ours, marked with its language where that is not the page's."""
    if text.lang:
        return format_html('<span lang="{}">{}</span>', text.lang, text.value)
    return format_html("{}", text.value)


@register.filter
def name(feature: Any) -> SafeString:
    """What a feature is called, marked with its language."""
    return said(texts.name_of(feature)) if feature is not None else SafeString("")


@register.filter
def plain_name(feature: Any) -> str:
    """What a feature is called, for titles and attributes."""
    return texts.name_of(feature).value


@register.filter
def text(thing: Any, stem: str) -> texts.Text:
    """The text of this stem in the reader's language."""
    return texts.text_of(thing, stem)


@register.filter
def rich(text_value: Any) -> SafeString:
    """Safe Markdown as HTML, marked with its language."""
    html = mark_safe(markdown.to_html(str(text_value)))
    lang = getattr(text_value, "lang", "")
    return (
        format_html('<div class="prose" lang="{}">{}</div>', lang, html)
        if lang
        else format_html('<div class="prose">{}</div>', html)
    )


@register.filter
def url(feature: Any) -> str:
    """The page of a feature."""
    return addresses.address(feature)


@register.filter
def item_url(feature: Any) -> str:
    """The feature in the API."""
    return addresses.item_address(feature)


@register.filter
def list_url(collection: "Collection | str") -> str:
    """The list of a collection, or of the one with this id."""
    return addresses.list_address(registry.get(collection) if isinstance(collection, str) else collection)


@register.filter
def collection_of(feature: Any) -> Collection:
    """The collection that publishes a feature."""
    return registry.of_model(type(feature))


@register.filter
def downloads(thing: Any) -> list[tuple[Format, str]]:
    """The formats of the files of a collection or of a feature, each with its address; not those that could not hold the feature."""
    collection = thing if isinstance(thing, Collection) else registry.of_model(type(thing))
    base = reverse("api:items", args=[collection.id])
    formats = offered.downloads(collection)
    if not isinstance(thing, Collection):
        base += f"/{thing.uuid}"
        formats = tuple(each for each in formats if each.name not in FITS or FITS[each.name](thing))
    past = onward().replace("?", "&")
    return [(each, f"{base}?f={each.name}{past}") for each in formats]


def has_gpx(feature: Any) -> bool:
    """Whether a GPS device can follow or find it."""
    if feature.geom is None:
        return False
    return feature.geom.geom_type == "Point" or not feature.is_schematic


# What a file of a single feature asks of it; the API answers 409 without it.
FITS: dict[str, Callable[[Any], bool]] = {
    gpx.FORMAT.name: has_gpx,
    ical.FORMAT.name: has_day,
    schema_randonnee.FORMAT.name: schema_randonnee.fits,
}


@register.filter
def as_fact(feature: Any, field: str) -> Fact:
    """One property of a feature as a fact."""
    return fact(feature, field)


@register.filter
def licence(code: str) -> Licence:
    """The licence of this code."""
    return licence_of(code)


@register.filter
def event_state(event: Any) -> str:
    """What is not as planned about an event."""
    return happenings.state(event)


@register.filter
def latitude_longitude(point: Any) -> str:
    """Coordinates in the order people type into a map: latitude, longitude; five decimals are a metre."""
    return f"{point.y:.5f}, {point.x:.5f}"


@register.simple_tag(takes_context=True)
def jsonld(context: template.Context, node: dict[str, Any]) -> SafeString:
    """A schema.org description as a data block, its addresses made absolute.

    A data block is not a script (HTML §4.12.1): no policy forbids it, and it never runs.
    """
    absolute = _absolute(node, context["request"])
    body = json.dumps(absolute, ensure_ascii=False).translate(JSON_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{body}</script>')


def _absolute(node: Any, request: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: request.build_absolute_uri(value) if key == "url" else _absolute(value, request)
            for key, value in node.items()
        }
    return [_absolute(each, request) for each in node] if isinstance(node, list) else node


@register.simple_tag(takes_context=True)
def line(context: template.Context, feature: Any, with_state: bool = True) -> SafeString:
    """The line under a name in a list; communes are named where the page knows them (`towns`)."""
    return dotted(lines.line(feature, context.get("towns"), with_state=with_state))


@register.filter
def source_word(text: str) -> SafeString:
    """A word of a source, in the reader's language where we know it, else marked with its own."""
    return said(vocabulary.word(text))


@register.filter
def opening(text: str) -> SafeString:
    """A word of a source that begins a line, in the reader's language where we know it."""
    return said(lines.opening(text))


@register.filter
def dotted(parts: list[texts.Text]) -> SafeString:
    """Parts of a line, each marked with its language where that is not the page's."""
    return format_html_join(" · ", "{}", ((said(part),) for part in parts))


@register.filter
def host(address: str) -> str:
    """The host of an address, to name a source in a narrow column."""
    return urlsplit(address).hostname or address


@register.filter
def series(event: Any) -> str:
    """What a yearly event is called, whatever the year."""
    return happenings.series_name(texts.name_of(event).value)


@register.filter
def known(facts: list[Fact]) -> list[Fact]:
    """The facts that somebody has stated."""
    return [each for each in facts if each.known]


@register.filter
def unknown(facts: list[Fact]) -> str:
    """The labels of the facts that nobody has stated, in one line."""
    return ", ".join(each.label for each in facts if not each.known)


@register.filter
def shape_caption(feature: Any) -> str:
    """What the map must say of a shape that nobody surveyed."""
    return captions.caption(feature)


@register.filter
def state(feature: Any) -> lines.State:
    """Open, closed or not known, for a card."""
    return lines.state(feature)


@register.filter
def in_json(value: Any) -> str:
    """A value of the API as its JSON says it, texts without their quotation marks."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def get(table: dict[Any, Any] | None, key: Any) -> Any:
    """An entry of a table by a key that the template holds; None where there is none."""
    return (table or {}).get(key)


@register.filter
def as_the_crow_flies(neighbour: Neighbour) -> str:
    """How far a neighbour is; empty where a shape is schematic."""
    if neighbour.metres is None:
        return ""
    words = gettext("environ %(metres)s à vol d’oiseau") if neighbour.about else gettext("%(metres)s à vol d’oiseau")
    return words % {"metres": wording.distance(neighbour.metres)}


@register.filter
def stop_at(stop: AlongStop) -> str:
    """Where a stop lies on a surveyed trail; empty elsewhere."""
    if stop.at_m is None:
        return ""
    if stop.to_m is None:
        return gettext("à %(at)s du départ") % {"at": wording.distance(stop.at_m)}
    words = {"start": wording.distance(stop.at_m), "end": wording.distance(stop.to_m)}
    return gettext("de %(start)s à %(end)s du départ") % words


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> SafeString:
    """The address of this page without what visitors' links add to it; a later page of a list keeps its number."""
    request = context.get("request")
    if request is None:
        return SafeString("")
    number = request.GET.get("page", "")
    address = request.build_absolute_uri(request.path) + (f"?page={number}" if number.isdecimal() else "")
    return format_html(
        '<link rel="canonical" href="{}">\n  <meta property="og:url" content="{}">\n  ', address, address
    )


@register.simple_tag(takes_context=True)
def qr_code(context: template.Context) -> qr.Code:
    """The code that leads from a printed page back to this one."""
    return qr.code(context["request"].build_absolute_uri(context["request"].path))
