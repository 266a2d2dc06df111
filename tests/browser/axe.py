"""axe with the WCAG 2.2 AA rules on a page as it is served, its policy included: opened once, looked at in each width.

No script of ours asks for the width when a page opens, so that a page made wider or narrower is the one that opens so; but for
maps in frames, which choose their view by it: they are opened in each.
"""

from django.conf import settings

SCRIPT = settings.ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "rules => axe.run({runOnly: rules, resultTypes: ['violations']})"
# What listens to the size has heard of it once the second picture is drawn.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


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
