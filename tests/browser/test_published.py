"""The site as files, served by something that knows nothing of it, from a folder of it."""

import functools
import http.server
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def address(published):
    folder, _ = published

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{folder.name}"
        server.shutdown()


@pytest.fixture
def page(browser):
    window = browser.new_context(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    page = window.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    window.close()


def test_a_need_is_compared_in_the_browser_and_leads_to_an_organisation(address, page):
    page.goto(f"{address}/nl/index.html")
    page.get_by_role("textbox").fill("een biobank met longweefsel in Antwerpen")
    page.get_by_role("main").get_by_role("button").click()
    first = page.locator("#found li a").first
    first.wait_for()
    assert "/find.html?q=" in page.url
    assert "iobank" in first.inner_text()
    assert Axe().run(page).violations_count == 0
    first.click()
    assert "/nl/organisations/" in page.url
    page.get_by_role("link", name="Français").click()
    assert "/fr/organisations/" in page.url
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.complaints == []


def test_words_that_nobody_has_lead_on(address, page):
    page.goto(f"{address}/find.html?q=xylophone")
    page.locator("#found p").wait_for()
    assert page.locator("#found a").count() == 0
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Themes").click()
    assert page.url.endswith("/themes.html")
