"""The looks at pages that other tests take find what is wrong in each width."""

from tests.browser import axe

WRONG = (
    "<html lang=fr><title>Page</title><main><h1>Page</h1><img src='data:,'><div style='width: 900px'>large</div></main>"
)


def test_a_picture_without_words_and_a_wide_page_are_found(context):
    axe.bring(context)
    page = context.new_page()
    page.goto("data:text/html," + WRONG)
    found = {(width, fault[0]) for width, *fault in axe.faults(page, (1280, 320), lambda: [("small", "button")])}
    assert found == {(width, fault) for width in (1280, 320) for fault in ("image-alt", "small")} | {
        (320, "sideways scroll")
    }
