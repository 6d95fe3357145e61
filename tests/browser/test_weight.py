"""What pages weigh and what they wait for: the budgets of issue 4 that a browser can tell."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

MEASURE = """new Promise(done => {
    const shifts = [];
    new PerformanceObserver(list => shifts.push(...list.getEntries()))
        .observe({type: 'layout-shift', buffered: true});
    const loaded = [...performance.getEntriesByType('navigation'),
                    ...performance.getEntriesByType('resource')];
    setTimeout(() => done({
        shift: shifts.filter(e => !e.hadRecentInput).reduce((sum, e) => sum + e.value, 0),
        bytes: loaded.reduce((sum, e) => sum + e.encodedBodySize, 0),
        waits: loaded.filter(e => e.renderBlockingStatus === 'blocking').map(e => e.name),
    }), 300);
})"""


def test_pages_are_light_and_nothing_moves_or_holds_them_up(open_page):
    page = open_page("/robots.txt")
    site = page.url.removesuffix("/robots.txt")
    for address in ("/", "/landscape", "/network", "/organisations/imec", "/find?q=lung"):
        page.goto(site + address, wait_until="load")
        found = page.evaluate(MEASURE)
        assert found["shift"] < 0.001, address
        assert 1_000 < found["bytes"] < 100_000, address
        # Without its style sheets a page would be shown twice; nothing else may be waited for.
        assert all(name.endswith(".css") for name in found["waits"]), address
        assert 1 <= len(found["waits"]) <= 3, address
