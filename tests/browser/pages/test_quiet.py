"""Pages ask nobody else, break no policy, leave no cookie; JSON-LD is data, not a script."""


def test_no_other_host_no_report_no_cookie(network, live_server, context):
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append((page.url, message.text)))
    page.on("pageerror", lambda error: said.append((page.url, str(error))))
    for address in network:
        page.goto(live_server.url + address)
        page.wait_for_load_state("load")
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
    # Chromium itself notes the status of the page that is not there and of the filter that cannot be read.
    assert [text for _url, text in said if "status of 404" not in text and "status of 400" not in text] == []
    assert context.cookies() == []
