import re

import pytest
from django.conf import settings

DIST = settings.ROOT / "carte" / "static" / "dist"
# How django.contrib.staticfiles reads a style sheet: from url( to the first bracket.
ADDRESS = re.compile(r"""url\(["']?\s*(.*?)["']?\)""")


@pytest.mark.parametrize("sheet", sorted(path.name for path in DIST.glob("*.css")))
def test_every_address_of_a_style_sheet_is_whole(sheet):
    for address in ADDRESS.findall((DIST / sheet).read_text()):
        if address.startswith("data:"):
            assert ";base64," in address, f"{address[:80]} would be cut at its first bracket"
        else:
            assert (DIST / address.split("#")[0].split("?")[0].removeprefix("/static/dist/")).exists(), address
