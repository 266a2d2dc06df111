"""A picture file read, turned upright, made smaller and stripped of what it tells about its maker.

Work is done by libvips (`pyvips`, its wheel): formats are allow-listed by what the bytes are, the
size is judged from the header before a pixel is decoded, JPEG shrinks while it loads.
EXIF: CIPA DC-008 (tags of the GPS and Exif sections as libvips names them).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pyvips
from django.utils.translation import gettext as _

from geodata.problems import Invalid

pyvips.block_untrusted_set(True)

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 60_000_000
MIN_SIDE_PX = 200
WIDTHS_PX = (480, 960, 1600)
ORIGINAL_PX = 4096
# A copy is never taller than this many times its width: WebP and AVIF stop at 16 384 px.
TALLEST = 3
LOADERS = ("jpegload_buffer", "pngload_buffer", "webpload_buffer", "heifload_buffer")
FORMATS: dict[str, dict[str, Any]] = {
    "avif": {"Q": 55, "effort": 3, "compression": "av1"},
    "webp": {"Q": 78, "effort": 4},
    "jpg": {"Q": 80, "optimize_coding": True, "interlace": True},
}
# EXIF orientations whose width and height change places.
SIDEWAYS = (5, 6, 7, 8)
CAMERA_TIME = ZoneInfo("Europe/Paris")
MAX_LONGITUDE, MAX_LATITUDE = 180, 90
RATIONAL = re.compile(r"(-?\d+)/(\d+)")


@dataclass(frozen=True)
class Picture:
    """A file that was read: what it is, when and where it was taken (longitude, latitude)."""

    sha256: str
    data: bytes
    width_px: int
    height_px: int
    taken_at: datetime | None
    position: tuple[float, float] | None

    @property
    def is_jpeg(self) -> bool:
        """Whether it can be shrunk while it loads."""
        return self.data.startswith(b"\xff\xd8")


def read_picture(data: bytes) -> Picture:
    """The picture in these bytes: JPEG, PNG, WebP, AVIF, and HEIC where libvips has a decoder.

    Raises Invalid (field `file`): not a picture, too big, too small, cannot be decoded.
    """
    if not data:
        raise _refused(_("Le fichier est vide."))
    if len(data) > MAX_BYTES:
        raise _refused(_("La photo dépasse %(limit)d Mo. Réduisez-la.") % {"limit": MAX_BYTES // 1024 // 1024})
    image = _opened(data)
    if image.width * image.height > MAX_PIXELS:
        words = {"width": image.width, "height": image.height, "limit": MAX_PIXELS // 1_000_000}
        raise _refused(
            _("La photo fait %(width)d × %(height)d pixels ; %(limit)d millions au plus. Réduisez-la.") % words
        )
    if min(image.width, image.height) < MIN_SIDE_PX:
        raise _refused(_("La photo est trop petite : %(limit)d pixels de côté au moins.") % {"limit": MIN_SIDE_PX})
    turned = "orientation" in image.get_fields() and image.get("orientation") in SIDEWAYS
    width, height = (image.height, image.width) if turned else (image.width, image.height)
    tags = {name: str(image.get(name)) for name in image.get_fields() if name.startswith("exif-")}
    return Picture(hashlib.sha256(data).hexdigest(), data, width, height, _taken_at(tags), _position(tags))


def copies(picture: Picture) -> dict[str, bytes]:
    """What is published, by file name (`960.webp`), upright, in sRGB, without any metadata.

    A picture is never made larger: one of 700 px has copies of 480 and 700.
    Raises Invalid (field `file`) when the pixels cannot be decoded.
    """
    try:
        largest = _shrunk(picture, WIDTHS_PX[-1])
        made = {}
        for width in widths_of(largest.width):
            copy = largest if width == largest.width else largest.thumbnail_image(width, height=width * TALLEST)
            for ending, options in FORMATS.items():
                made[f"{width}.{ending}"] = copy.write_to_buffer(f".{ending}", keep="none", **options)
    except pyvips.Error:
        raise _unreadable() from None
    return made


def original(picture: Picture) -> bytes:
    """What is kept to make other copies from: a large JPEG, upright and without metadata too."""
    try:
        kept: bytes = _shrunk(picture, ORIGINAL_PX).write_to_buffer(".jpg", keep="none", Q=90)
    except pyvips.Error:
        raise _unreadable() from None
    return kept


def widths_of(largest_px: int) -> list[int]:
    """The widths of the copies of a picture whose largest copy has this width."""
    return [*(width for width in WIDTHS_PX if width < largest_px), largest_px]


def _opened(data: bytes) -> Any:
    try:
        image = pyvips.Image.new_from_buffer(data, "", access="sequential")
    except pyvips.Error:
        raise _unreadable() from None
    if image.get("vips-loader") not in LOADERS:
        raise _unreadable()
    return image


def _shrunk(picture: Picture, width: int) -> Any:
    """The picture upright, at most this wide. A file that was cut short raises pyvips.Error."""
    height = width * TALLEST
    scale = max(picture.width_px / width, picture.height_px / height)
    # `thumbnail_buffer` would do both steps, but lets a cut file through (libvips 8.18).
    options = {"shrink": max(n for n in (1, 2, 4, 8) if n <= max(1, scale))} if picture.is_jpeg else {}
    image = pyvips.Image.new_from_buffer(picture.data, "", access="sequential", fail_on="truncated", **options)
    small = image.thumbnail_image(width, height=height, size="down", output_profile="srgb")
    if small.hasalpha():
        small = small.flatten(background=255)
    return small.copy_memory()


def _refused(sentence: str) -> Invalid:
    return Invalid({"file": [sentence]})


def _unreadable() -> Invalid:
    return _refused(_("Ce fichier ne se lit pas comme une photo. Envoyez un JPEG, un PNG, un WebP ou un AVIF."))


def _taken_at(tags: dict[str, str]) -> datetime | None:
    """When the shutter opened. Cameras without a zone are read in local time."""
    text = tags.get("exif-ifd2-DateTimeOriginal", "")[:19]
    offset = tags.get("exif-ifd2-OffsetTimeOriginal", "")[:6]
    try:
        taken = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=CAMERA_TIME)
        if re.fullmatch(r"[+-]\d\d:\d\d", offset):
            ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
            taken = taken.replace(tzinfo=timezone(ahead if offset[0] == "+" else -ahead))
        return taken.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _position(tags: dict[str, str]) -> tuple[float, float] | None:
    longitude = _degrees(tags, "Longitude", "W")
    latitude = _degrees(tags, "Latitude", "S")
    if longitude is None or latitude is None or abs(longitude) > MAX_LONGITUDE or abs(latitude) > MAX_LATITUDE:
        return None
    return longitude, latitude


def _degrees(tags: dict[str, str], axis: str, negative: str) -> float | None:
    parts = RATIONAL.findall(tags.get(f"exif-ifd3-GPS{axis}", "").split("(")[0])
    if len(parts) != len(("degrees", "minutes", "seconds")) or any(int(below) == 0 for _above, below in parts):
        return None
    degrees, minutes, seconds = (int(above) / int(below) for above, below in parts)
    value = round(degrees + minutes / 60 + seconds / 3600, 7)
    return -value if tags.get(f"exif-ifd3-GPS{axis}Ref", "").startswith(negative) else value
