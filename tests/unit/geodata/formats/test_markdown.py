import pytest

from geodata.formats.markdown import to_html, to_text


def test_bold_lists_and_links_are_kept():
    html = to_html("**Un** parc\n\n- eau\n- [site](https://parcs.example)")
    assert html == (
        '<p><strong>Un</strong> parc</p>\n<ul>\n<li>eau</li>\n<li><a href="https://parcs.example" rel="noopener nofollow ugc">site</a></li>\n</ul>'
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        '<img src=x onerror="alert(1)">',
        '<a href="https://x" onclick="x()">y</a>',
        "<iframe src=//x></iframe>",
        "<style>*{}</style>",
        "![x](https://elsewhere.example/p.png)",
    ],
)
def test_nothing_that_runs_or_loads_survives(hostile):
    html = to_html(hostile)
    for mark in ("<script", 'href="javascript', 'href="data', "<img", "<iframe", "<style", 'onclick="x()">y</a>'):
        assert mark not in html


def test_headings_start_below_those_of_the_page():
    assert to_html("# Un\n\n###### Six") == "<h3>Un</h3>\n<h6>Six</h6>"


def test_an_empty_text_is_nothing():
    assert (to_html("  \n"), to_text("")) == ("", "")


def test_words_alone_are_not_escaped_twice():
    assert to_text("**Nœux** & Béthune\n\n- a") == "Nœux & Béthune a"
