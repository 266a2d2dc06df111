"""Tags of the page frame: the icon sprite, the links to the other languages."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from carte.context import languages
from carte.integrer.addresses import address_for
from carte.map_config import map_config

if TYPE_CHECKING:
    from django.http import HttpRequest

register = template.Library()
SPRITE = Path(__file__).parent.parent / "static" / "carte" / "img" / "sprite.svg"


@cache
def _sprite() -> SafeString:
    return mark_safe(SPRITE.read_text(encoding="utf-8").strip())


@register.simple_tag
def sprite() -> SafeString:
    """All icons as symbols, inline once a page: `<use href="#i-parc">`."""
    return _sprite()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of the sprite, hidden from screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def colon() -> str:
    """A colon as the language of the page sets it: after a no-break space in French only."""
    return "\u00a0:" if (get_language() or "fr").startswith("fr") else ":"


@register.simple_tag(takes_context=True)
def language_links(context: dict[str, Any]) -> SafeString:
    """`hreflang` links to this page in every language; French is the default."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return SafeString("")
    found = [(each["code"], request.build_absolute_uri(each["url"])) for each in languages(request)]
    found.append(("x-default", dict(found)[settings.LANGUAGE_CODE]))
    return format_html_join("\n  ", '<link rel="alternate" hreflang="{}" href="{}">', found)


@register.simple_tag(takes_context=True)
def oembed_link(context: dict[str, Any]) -> SafeString:
    """Where other sites learn how to embed this page (oEmbed §4)."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return SafeString("")
    address = address_for(request, request.build_absolute_uri())
    return format_html('<link rel="alternate" type="application/json+oembed" href="{}">', address)


@register.simple_tag(name="map_config")
def map_config_tag() -> dict[str, Any]:
    """What the scripts of a map need to know."""
    return map_config()
