"""The letters of a query string: UTF-8, percent-encoded (RFC 3986 §2.5). Python alone would put U+FFFD for what is not."""

import re
from urllib.parse import unquote_plus, unquote_to_bytes

from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter

BEYOND_ASCII = re.compile("[\x80-\xff]|%[89A-Fa-f]")
MAX_NAME = 60


def ask_readable(query: str) -> None:
    """Raises BadParameter, with the name of the first parameter that is no UTF-8. The query is as WSGI has it: bytes as letters."""
    if BEYOND_ASCII.search(query) is None:
        return
    for pair in query.split("&"):
        try:
            unquote_to_bytes(pair.encode("latin-1")).decode()
        except UnicodeDecodeError:
            name = unquote_plus(pair.partition("=")[0])[:MAX_NAME]
            raise BadParameter(name, _("Ce paramètre n’est pas en UTF-8.")) from None
