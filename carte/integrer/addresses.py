"""The address at which other sites learn how to embed a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import urlencode

if TYPE_CHECKING:
    from django.http import HttpRequest


def address_for(request: HttpRequest, url: str) -> str:
    """The oEmbed address of the page at `url`."""
    return request.build_absolute_uri(f"{reverse('oembed')}?{urlencode({'url': url, 'format': 'json'})}")
