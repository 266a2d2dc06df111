"""What changed in the API, read from the change log of the service: the entries that begin with "API:"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings

HEADING, ENTRY, OF_API = "## ", "- ", "API: "
PAUSE = re.compile(r"\s+")


@dataclass(frozen=True)
class Release:
    """A release and what it brought to the API, one text (Markdown, in English) an entry; newest first."""

    name: str
    entries: tuple[str, ...]

    @property
    def is_coming(self) -> bool:
        """Whether it has no number yet: what runs here since the last numbered release."""
        return self.name == "Unreleased"


@cache
def releases() -> tuple[Release, ...]:
    """The releases of CHANGELOG.md that changed the API, newest first; none where the file is not installed."""
    path = settings.ROOT / "CHANGELOG.md"
    found = read(path.read_text(encoding="utf-8")) if path.exists() else []
    return tuple(each for each in found if each.entries)


def read(text: str) -> list[Release]:
    """The releases in a change log: headings of level two, and the items of the API below each."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith(HEADING):
            found.append((line.removeprefix(HEADING).strip(), []))
        elif found and line.startswith(ENTRY):
            found[-1][1].append(line.removeprefix(ENTRY))
        elif found and found[-1][1] and line.startswith("  "):
            found[-1][1][-1] += f" {line}"
    return [Release(name, tuple(_of_api(entries))) for name, entries in found]


def _of_api(entries: Iterable[str]) -> Iterator[str]:
    return (PAUSE.sub(" ", each.removeprefix(OF_API)).strip() for each in entries if each.startswith(OF_API))
