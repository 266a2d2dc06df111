"""The change log of the service, read from the file that every change writes into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings

HEADING, ENTRY = "## ", "- "
PAUSE = re.compile(r"\s+")


@dataclass(frozen=True)
class Release:
    """A release and what it brought, one text (Markdown, in English) an entry; newest first."""

    name: str
    entries: tuple[str, ...]

    @property
    def is_coming(self) -> bool:
        """Whether it has no number yet: what runs here since the last numbered release."""
        return self.name == "Unreleased"


@cache
def releases() -> tuple[Release, ...]:
    """The releases of CHANGELOG.md, newest first; none where the file is not installed."""
    path = settings.ROOT / "CHANGELOG.md"
    return tuple(read(path.read_text(encoding="utf-8"))) if path.exists() else ()


def read(text: str) -> list[Release]:
    """The releases in a change log: headings of level two, and the items below each."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith(HEADING):
            found.append((line.removeprefix(HEADING).strip(), []))
        elif found and line.startswith(ENTRY):
            found[-1][1].append(line.removeprefix(ENTRY))
        elif found and found[-1][1] and line.startswith("  "):
            found[-1][1][-1] += f" {line}"
    return [Release(name, tuple(PAUSE.sub(" ", entry).strip() for entry in entries)) for name, entries in found]
