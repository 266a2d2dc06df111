"""Safe Markdown: what people type in descriptions, as HTML that cannot harm a page.

CommonMark without raw HTML (markdown-it-py), then an allow-list (nh3): two independent barriers,
because the text comes from many hands. Images are dropped: photos have their own, described, place.
Headings start at level 3, below the page's own.
"""

import re
from html import unescape

import nh3
from markdown_it import MarkdownIt

TAGS = {"p", "strong", "em", "ul", "ol", "li", "a", "br", "blockquote", "h3", "h4", "h5", "h6", "code", "pre", "hr"}
SCHEMES = {"http", "https", "mailto", "tel"}
TITLE_LEVEL = 3
LOWEST_LEVEL = 6
# One paragraph of words: nothing in it means anything to Markdown. Parsing costs more than a row of a file does.
PLAIN = re.compile(r"\s*|[^\W\d_](?:[^\W_]|[ ,.;:’'!?()%/«»°–—\u00a0\u202f-])*")

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})


def to_html(text: str) -> str:
    """HTML of allowed elements only; an empty text gives an empty string."""
    if not text.strip():
        return ""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = min(LOWEST_LEVEL, int(token.tag[1]) + TITLE_LEVEL - 1)
            token.tag = f"h{level}"
    rendered = _parser.renderer.render(tokens, _parser.options, {})
    return nh3.clean(
        rendered, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="noopener nofollow ugc"
    ).strip()


def to_text(text: str) -> str:
    """The words alone, on one line and not escaped, for descriptions in metadata."""
    if not text:
        return ""
    if PLAIN.fullmatch(text):
        return " ".join(text.split())
    return " ".join(unescape(nh3.clean(to_html(text), tags=set())).split())
