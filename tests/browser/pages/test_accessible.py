"""axe with the WCAG 2.2 AA rules on one page of each kind, on a narrow phone and a desk; no sideways scroll."""

from tests.browser import axe


def test_every_kind_of_page_passes_axe_and_reflows(network, live_server, context):
    axe.bring(context)
    page, found = context.new_page(), []
    for address in network:
        page.goto(live_server.url + address)
        found += [(address, *each) for each in axe.faults(page, (1280, 320))]
    assert found == []
