import pytest

from geodata.changes.judging import html_in


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "a <b>gras</b>", "</p>", "<!-- caché -->", "<?php ?>", '<img src="x" onerror=y>',
        ["clair", "<i>caché</i>"], [{"name": "<u>"}], {"<b>": 0.5},
    ],
)  # fmt: skip
def test_html_is_found_wherever_it_hides(text):
    assert list(html_in({"field": text})) == ["field"]


@pytest.mark.parametrize(
    "text",
    [
        "pente < 5 % et > 2 %", "**gras** et [lien](https://a.example)", "<https://a.example/x>", "<mailto:a@b.example>",
        "si a<b alors", "5 <3", None, 3, ["bois"],
    ],
)  # fmt: skip
def test_markdown_and_signs_are_no_html(text):
    assert html_in({"field": text}) == {}
