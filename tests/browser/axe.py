"""axe with the WCAG 2.2 AA rules on a page as it is served, its policy included: opened once, looked at in each width.

No script of ours asks for the width when a page opens, so that a page made wider or narrower is the one that opens so; but for
maps in frames, which choose their view by it: they are opened in each. What stands in a frame is looked at as a page of its own,
for it is a document of its own: a frame that came in time would else count as a second header, main part and footer of the page.
"""

from django.conf import settings

SCRIPT = settings.ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "rules => axe.run({runOnly: rules, resultTypes: ['violations'], iframes: false})"
# What listens to the size has heard of it once the second picture is drawn.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
TURN_MS, TURNS = 20, 500


class Asked:
    """What a page asks for from now on: the addresses, and what of it has not come yet."""

    def __init__(self, page):
        self.addresses, self._page, self._open = [], page, set()
        page.on("request", self._began)
        for how in ("requestfinished", "requestfailed"):
            page.on(how, self._ended)

    def _ended(self, request):
        self._open.discard(request)

    def _began(self, request):
        self.addresses.append(request.url)
        # What tells of changes has no end.
        if request.resource_type != "eventsource":
            self._open.add(request)

    def settle(self):
        """Wait until the page is loaded and, drawn, waits for nothing that it asked for."""
        self._page.wait_for_load_state("load")
        self._page.evaluate(DRAWN)
        for _turn in range(TURNS):
            if not self._open:
                return
            self._page.wait_for_timeout(TURN_MS)
            self._page.evaluate(DRAWN)
        raise AssertionError([request.url for request in self._open])


def bring(context):
    """Let every page of a browser know axe."""
    context.add_init_script(path=SCRIPT)


def faults(page, widths, more=lambda: []):
    """What is wrong with an open page in each width, and what else is asked there: the width, the rule, the element."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(DRAWN)
        told = page.evaluate(RUN, RULES)["violations"]
        found += [(width, each["id"], each["nodes"][0]["html"][:200]) for each in told]
        found += [(width, *each) for each in more()]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((width, "sideways scroll"))
    return found
