"""Picture files, as a camera writes them."""

import pyvips

GPS = {
    "exif-ifd3-GPSLatitude": "50/1 24/1 3000/100",
    "exif-ifd3-GPSLatitudeRef": "N",
    "exif-ifd3-GPSLongitude": "2/1 48/1 0/1",
    "exif-ifd3-GPSLongitudeRef": "E",
    "exif-ifd2-DateTimeOriginal": "2024:05:01 10:00:00",
    "exif-ifd0-Make": "SecretPhone",
}


def picture(width=700, height=500, *, ending="jpg", orientation=1, tags=GPS, shade=90):
    """The bytes of a picture whose left half is dark red and right half white."""
    left = pyvips.Image.black(width // 2, height).linear(1, [shade, 10, 10])
    right = pyvips.Image.black(width - width // 2, height).linear(1, [250, 250, 250])
    image = left.join(right, "horizontal").cast("uchar").copy(interpretation="srgb")
    for name, value in tags.items():
        image.set_type(pyvips.GValue.gstr_type, name, value)
    if orientation != 1:
        image.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return image.write_to_buffer(f".{ending}", **({"Q": 90} if ending != "png" else {}))
