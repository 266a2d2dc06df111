from datetime import UTC, datetime

import pytest
import pyvips

from geodata.photos.pictures import MAX_BYTES, copies, original, read_picture
from geodata.problems import Invalid
from tests.factories.photos import picture

PRIVATE = (b"Exif", b"SecretPhone", b"GPS", b"2024:05:01", b"http://ns.adobe.com")


def opened(data):
    return pyvips.Image.new_from_buffer(data, "")


def test_place_and_time_are_read():
    read = read_picture(picture())
    assert read.position == (2.8, 50.4083333)
    assert read.taken_at == datetime(2024, 5, 1, 8, 0, tzinfo=UTC)
    assert (read.width_px, read.height_px) == (700, 500)


def test_south_and_west_are_negative():
    tags = {
        "exif-ifd3-GPSLatitude": "10/1 0/1 0/1", "exif-ifd3-GPSLatitudeRef": "S",
        "exif-ifd3-GPSLongitude": "20/1 30/1 0/1", "exif-ifd3-GPSLongitudeRef": "W",
    }  # fmt: skip
    assert read_picture(picture(tags=tags)).position == (-20.5, -10.0)


def test_broken_place_is_no_place():
    tags = {"exif-ifd3-GPSLatitude": "50/0 24/1 0/1", "exif-ifd3-GPSLongitude": "2/1 48/1 0/1"}
    assert read_picture(picture(tags=tags)).position is None
    assert read_picture(picture(tags={})).taken_at is None


def test_nothing_private_is_in_any_copy():
    read = read_picture(picture())
    for name, content in {**copies(read), "original": original(read)}.items():
        assert not any(word in content for word in PRIVATE), name
        assert not [field for field in opened(content).get_fields() if "exif" in field or "xmp" in field], name


def test_copies_are_upright():
    read = read_picture(picture(700, 500, orientation=6))
    assert (read.width_px, read.height_px) == (500, 700)
    for name, content in copies(read).items():
        image = opened(content)
        assert image.height > image.width, name
        # Turned by a quarter clockwise, the dark left side is at the top.
        assert image(image.width // 2, 5)[1] < 60, name
        assert image(image.width // 2, image.height - 5)[1] > 200, name


def test_three_widths_in_three_formats():
    made = copies(read_picture(picture(2000, 1000)))
    assert {name: opened(content).width for name, content in made.items()} == {
        f"{width}.{ending}": width for width in (480, 960, 1600) for ending in ("avif", "webp", "jpg")
    }


def test_small_picture_is_not_made_larger():
    assert {name.split(".")[0] for name in copies(read_picture(picture(700, 500)))} == {"480", "700"}


@pytest.mark.parametrize("ending", ["png", "webp", "avif"])
def test_other_formats_are_read(ending):
    assert copies(read_picture(picture(ending=ending, tags={})))["480.jpg"].startswith(b"\xff\xd8")


def test_transparent_becomes_white():
    image = pyvips.Image.black(400, 400).linear(1, [0, 0, 0, 0]).cast("uchar").copy(interpretation="srgb")
    white = opened(copies(read_picture(image.write_to_buffer(".png")))["400.jpg"])
    assert min(white(200, 200)) > 250


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "vide"),
        (b"GIF89a" + b"\0" * 50, "ne se lit pas"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='900'></svg>", "ne se lit pas"),
        (b"%PDF-1.7 nothing", "ne se lit pas"),
        (b"\xff\xd8\xff\xe0 not a jpeg", "ne se lit pas"),
        (b"x" * (MAX_BYTES + 1), "25\xa0Mo"),
        (picture(100, 100), "trop petite"),
    ],
    ids=["empty", "gif", "svg", "pdf", "broken", "heavy", "small"],
)
def test_what_is_no_photo_is_refused_in_words(data, word):
    with pytest.raises(Invalid) as refused:
        read_picture(data)
    assert word in str(refused.value.errors["file"][0])


def test_bomb_is_refused_by_its_header():
    bomb = pyvips.Image.black(9000, 9000).write_to_buffer(".png")
    assert len(bomb) < 1_000_000
    with pytest.raises(Invalid) as refused:
        read_picture(bomb)
    assert "9000 × 9000" in str(refused.value.errors["file"][0])


def test_cut_file_is_refused():
    data = picture(1200, 900)
    with pytest.raises(Invalid):
        copies(read_picture(data[: len(data) // 2]))
