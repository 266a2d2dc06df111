"""Small pieces of XML, escaped: for files that are written while they are read."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from geodata.units import COORDINATE_DECIMALS

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# XML 1.0 §2.2: these characters cannot be written, escaped or not.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What nearly every address is made of: nothing in it needs escaping.
PLAIN = re.compile(r"[A-Za-z0-9:/._~?=-]*")
# The same in the UTF-8 that PostgreSQL sends: it knows no surrogates.
CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))
NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())


def text(name: str, said: str, attributes: Mapping[str, str] | None = None) -> str:
    """An element that holds a text; nothing when the text is empty."""
    if not said:
        return ""
    inner = escaped(said)
    return element(name, inner, attributes) if attributes or not inner else f"<{name}>{inner}</{name}>"


def escaped(said: str) -> str:
    """A text between tags."""
    return clean(said).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(said: str) -> str:
    """A text as the value of an attribute, with its quotation marks."""
    return f'"{said}"' if PLAIN.fullmatch(said) else quoteattr(clean(said))


def element(name: str, inner: str, attributes: Mapping[str, str] | None = None) -> str:
    """An element around pieces that are XML already."""
    given = "".join(f" {key}={quoted(value)}" for key, value in (attributes or {}).items())
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"


def clean(said: str) -> str:
    """The text without what XML cannot hold."""
    # Nothing unwritable is printable, and that is seen sooner.
    return said if said.isprintable() else UNWRITABLE.sub("", said)


def writable(said: bytes) -> bytes:
    """UTF-8 that is XML already, without what XML cannot hold: many times sooner than `clean`."""
    return said.translate(None, CONTROLS).replace(NONCHARACTERS[0], b"").replace(NONCHARACTERS[1], b"")


def degrees(value: float) -> str:
    """A coordinate without trailing zeros."""
    return f"{value:.{COORDINATE_DECIMALS}f}".rstrip("0").rstrip(".")
