"""How a file is called that an answer is saved as."""

from __future__ import annotations

from datetime import date

from django.utils import timezone


def dated(stem: str, ending: str, day: date | None = None, *, inline: bool = False) -> str:
    """The value of `Content-Disposition` (RFC 6266): `<stem>-<day>.<ending>`, of today without a day.

    `inline` for what a browser opens rather than saves.
    """
    place = "inline" if inline else "attachment"
    return f'{place}; filename="{stem}-{day or timezone.localdate():%Y-%m-%d}.{ending}"'
