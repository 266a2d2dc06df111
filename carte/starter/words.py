"""The words of the sources and what they become: `mapping.toml`, dates, names of communes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
MONTH_LENGTH = 7
DAY_LENGTH = 10


class BadRow(Exception):
    """A row that cannot be loaded, and why."""


@dataclass(frozen=True)
class Words:
    """The tables of `mapping.toml`, and the INSEE code of each commune by its name."""

    tables: dict[str, dict[str, dict[str, str]]]
    communes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, communes: Iterable[dict[str, str]]) -> Words:
        """The words of this file, with these rows of `communes.csv`."""
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(tables, {row["name"]: row["insee"] for row in communes})

    def code(self, table: str, word: str) -> str | None:
        """Our code for a word of a table ("parks.kind"); None when it means "not known". Raises BadRow."""
        codes: object = self.tables
        for part in table.split("."):
            codes = codes[part] if isinstance(codes, dict) else {}
        if not isinstance(codes, dict) or word not in codes:
            raise BadRow(f"« {word} » is not in [{table}] of mapping.toml")
        return str(codes[word]) or None

    def insee(self, name: str) -> str:
        """The INSEE code of a commune. Raises BadRow."""
        try:
            return self.communes[name]
        except KeyError:
            raise BadRow(f"the commune « {name} » is not in communes.csv") from None


def split(text: str, separator: str) -> list[str]:
    """The parts of a list in one cell."""
    return [part.strip() for part in text.split(separator) if part.strip()]


def number(text: str) -> float | None:
    """A number, or None when the cell is empty. Raises BadRow."""
    try:
        return float(text) if text.strip() else None
    except ValueError:
        raise BadRow(f"« {text} » is not a number") from None


def instant(text: str, *, end: bool = False) -> datetime:
    """The start, or the end, of what a date says: a month, a day or a minute in Europe/Paris. Raises BadRow."""
    try:
        if len(text) > DAY_LENGTH:
            return datetime.fromisoformat(text).replace(tzinfo=PARIS)
        first = date.fromisoformat(text if len(text) == DAY_LENGTH else f"{text}-01")
    except ValueError:
        raise BadRow(f"« {text} » is not a date") from None
    if len(text) == MONTH_LENGTH and end:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        first = date.fromordinal(following.toordinal() - 1)
    return datetime.combine(first, time(23, 59) if end else time(0), PARIS)
