"""axe with the WCAG 2.2 AA rules on one page of each kind, on a narrow phone and a desk; no sideways scroll.

The same pages ask nobody else, break no policy, leave no cookie; JSON-LD is data, not a script.
"""

from tests.browser import axe


def test_every_kind_of_page_passes_axe_reflows_asks_nobody_else_and_is_quiet(network, live_server, context):
    axe.bring(context)
    page, found, said = context.new_page(), [], []
    asked = axe.Asked(page)
    page.on("console", lambda message: said.append((page.url, message.text)))
    page.on("pageerror", lambda error: said.append((page.url, str(error))))
    for address in network:
        page.goto(live_server.url + address)
        asked.settle()
        found += [(address, *each) for each in axe.faults(page, (1280, 320))]
    assert found == []
    assert [url for url in asked.addresses if not url.startswith((live_server.url, "data:"))] == []
    # Chromium itself notes the status of the page that is not there and of the filter that cannot be read.
    assert [text for _url, text in said if "status of 404" not in text and "status of 400" not in text] == []
    assert context.cookies() == []
