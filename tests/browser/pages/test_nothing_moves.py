"""The first page stays where it was first drawn when its fonts and its script come."""

import pytest

# Where what is below the title begins, and the list of places.
TOPS = "() => ['.home__lead', '.find', '#resultats'].map(each => Math.round(document.querySelector(each).getBoundingClientRect().top))"


def tops(context, address, *, late=()):
    page = context.new_page()
    for pattern in late:
        page.route(pattern, lambda route: route.abort())
    page.goto(address)
    page.evaluate("document.fonts.ready.then(() => null)")
    if not late:
        page.locator("#pres-de-moi").wait_for(state="visible")
    return page.evaluate(TOPS)


@pytest.mark.parametrize("prefix", ["", "/en", "/nl"])
def test_nothing_moves_when_fonts_and_script_come(network, live_server, browser, prefix):
    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 844})
        address = f"{live_server.url}{prefix}/"
        assert tops(context, address, late=("**/*.woff2", "**/home*.js")) == tops(context, address)
        context.close()
