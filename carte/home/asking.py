"""What a visitor asks of the first page: words, kinds, a commune, open or not, with a pushchair, a page. All in the URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.params.paging import whole_number

if TYPE_CHECKING:
    from django.http import QueryDict

KINDS = ("parcs", "cabanes", "sentiers")
MAX_WORDS = 8
MAX_Q = 100
MAX_PAGE = 100_000
INSEE_LENGTH = 5


@dataclass(frozen=True)
class Question:
    """A read query string; what cannot be read is left out, since a person typed it."""

    words: tuple[str, ...] = ()
    text: str = ""
    kinds: tuple[str, ...] = KINDS
    commune: str = ""
    open_only: bool = False
    pushchair: bool = False
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.words or self.commune or self.open_only or self.pushchair or self.kinds != KINDS)


def read(query: QueryDict) -> Question:
    """The question in a query string: q, k (repeatable), commune, ouvert, pushchair (as the list of trails has it), page."""
    text = " ".join(query.get("q", "").replace("\x00", " ").split())[:MAX_Q]
    chosen = tuple(kind for kind in KINDS if kind in query.getlist("k"))
    commune = query.get("commune", "")
    return Question(
        words=tuple(text.replace("-", " ").replace(",", " ").split())[:MAX_WORDS],
        text=text,
        kinds=chosen or KINDS,
        commune=commune if len(commune) == INSEE_LENGTH and commune.isalnum() else "",
        open_only=query.get("ouvert") == "1",
        pushchair=query.get("pushchair") == "on",
        page=whole_number(query.get("page", ""), MAX_PAGE) or 1,
    )
