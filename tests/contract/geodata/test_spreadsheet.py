"""A CSV opened by LibreOffice itself, as its window proposes and as the guide says: rows, accents, no formula, texts as they are."""

import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories.cabanes import cabane
from tests.factories.parcs import parc

pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = Path(settings.ROOT) / "docs" / "guides" / "partners.md"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Commas, quotation marks, UTF-8 (which the window takes from the mark at the beginning), from the first line.
PROPOSED = "Text - txt - csv (StarCalc):44,34,76,1"
NAMES = (
    "Écrevisse, « l’œil »",
    "=1+1",
    '+cmd|" /C calc"!A0',
    "@SUM(1;2)",
    "00123",
    "1/2",
    'Deux\nlignes "dites"',
    "-7",
)


def opened(folder, body, how):
    """The rows that LibreOffice shows of a CSV, as dicts of texts by the head; and how many cells calculate."""
    (folder / "cabanes.csv").write_bytes(body)
    command = [
        "soffice",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        f"--infilter={how}",
        "--convert-to",
        "fods",
        "cabanes.csv",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    root = ET.parse(folder / "cabanes.fods").getroot()
    head, *rows = [cells for row in root.iter(f"{TABLE}table-row") if any(cells := list(of_row(row)))]
    calculated = sum(f"{TABLE}formula" in cell.attrib for cell in root.iter(f"{TABLE}table-cell"))
    return [dict(zip(head, row, strict=False)) for row in rows], calculated


def of_row(row):
    for cell in row.iter(f"{TABLE}table-cell"):
        text = "\n".join("".join(line.itertext()) for line in cell.iter(f"{TEXT}p"))
        yield from [text] * min(int(cell.get(f"{TABLE}number-columns-repeated", 1)), 200)


@pytest.fixture
def body(client):
    place = parc(name_fr="Parc de l’Étang")
    for name in NAMES:
        cabane(name_fr=name, park=place)
    return client.get("/api/collections/cabanes/items?f=csv").getvalue()


def test_nothing_that_was_typed_is_calculated(body, tmp_path):
    rows, calculated = opened(tmp_path, body, PROPOSED)
    assert (len(rows), calculated) == (len(NAMES), 0)
    found = [row["name_fr"] for row in rows]
    assert found[0] == NAMES[0]
    assert found[6] == NAMES[6]
    for kept, name in zip(found, NAMES, strict=True):
        if name[0] in "=+-@":
            assert kept == f"'{name}"


def test_opened_as_the_guide_says_texts_are_texts(body, tmp_path):
    (how,) = re.findall(r'soffice --headless --infilter="([^"]+)"', GUIDE.read_text())
    rows, calculated = opened(tmp_path, body, how)
    assert calculated == 0
    assert [row["name_fr"].removeprefix("'") for row in rows] == list(NAMES)
