"""What visitors do, from page to page, with JavaScript and without."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

NEED = "a hospital lung department for a first study of an inhaler"
both = pytest.mark.parametrize("java_script", [True, False])


@both
def test_from_a_need_to_a_correction(open_page, java_script):
    page = open_page("/", java_script=java_script)
    page.fill("#q", NEED)
    page.get_by_role("button", name="Find partners").click()
    page.wait_for_url("**/find?q=*")
    page.locator("article.match h3 a").first.click()
    page.wait_for_url("**/organisations/*")
    name, here = page.locator("h1").inner_text(), page.url

    page.locator("header nav").get_by_role("link", name="Map", exact=True).click()
    page.wait_for_url("**/map")
    if java_script:
        page.wait_for_selector(".stage.drawn")
    assert page.locator("#who tr[data-at]").count() > 100

    page.goto(here)
    page.locator('a[href^="/compare?with="]').first.click()
    page.wait_for_url("**/compare?*")
    assert name in page.locator("table.compare thead").inner_text()
    page.locator("table.compare thead a", has_text=name).click()
    page.wait_for_url(here)

    correction = page.get_by_role("link", name="Suggest a correction")
    address = correction.get_attribute("href") if correction.count() else ""
    assert not correction.count() or here.rpartition("/")[2] in address


@both
def test_the_first_of_a_role_stand_side_by_side(open_page, java_script):
    page = open_page(f"/find?q={NEED.replace(' ', '+')}", java_script=java_script)
    page.get_by_role("link", name=re.compile("side by side")).first.click()
    page.wait_for_url("**/compare?*")
    assert 2 <= page.locator("table.compare thead th").count() <= 4


def test_the_landscape_is_filtered_without_reloading(open_page):
    page = open_page("/landscape")
    page.evaluate("window.isSame = true")
    everything = page.locator(".tile").count()
    page.get_by_text("Narrow the landscape").click()
    page.locator(".sift a", has_text="Limburg").first.click()
    page.wait_for_function("n => document.querySelectorAll('.tile').length < n", arg=everything)
    assert page.evaluate("window.isSame")
    assert "province=limburg" in page.url
    assert page.evaluate("document.activeElement.id") == "content"
    assert page.locator(".sift").first.get_attribute("open") is not None, "one goes on narrowing"
    shown = page.locator(".tile").count()
    page.go_back()
    page.wait_for_function("n => document.querySelectorAll('.tile').length === n", arg=everything)
    assert page.evaluate("window.isSame")
    page.go_forward()
    page.wait_for_function("n => document.querySelectorAll('.tile').length === n", arg=shown)
    assert page.complaints == []


@both
def test_a_filtered_landscape_is_an_address(open_page, java_script):
    page = open_page("/landscape?by=role&province=limburg", java_script=java_script)
    assert page.locator(".ways [aria-current]").inner_text() == "By role"
    assert 0 < page.locator(".tile").count() < 200
    page.locator(".ways a").first.click()
    page.wait_for_url("**/landscape?province=limburg")


@both
def test_units_unfold_in_place(open_page, java_script):
    page = open_page("/landscape", java_script=java_script)
    tile = page.locator(".tile:has(details)").first
    units = tile.locator("details > ul")
    assert units.is_hidden()
    tile.locator("summary").click()
    assert units.is_visible()
    assert page.url.endswith("/landscape")


@pytest.mark.parametrize(
    "form",
    [
        '<iframe src="/embed/landscape?province=limburg" title="x"></iframe>',
        '<script src="/embed.js" data-show="landscape?province=limburg" async></script>',
    ],
)
def test_a_piece_on_another_page_leads_to_the_whole(browser, site, form):
    page = browser.new_page()
    page.route(
        "**/guest", lambda route: route.fulfill(content_type="text/html", body=f"<p>News</p>{form}")
    )
    page.goto(f"{site}/guest")
    page.frame_locator("iframe").locator("h1 a").click()
    page.wait_for_url("**/landscape?province=limburg")
    assert page.locator("header nav").count() > 0
    page.close()


@both
def test_the_map_on_another_site_shows_who_is_where(open_page, java_script):
    page = open_page("/embed/map?province=limburg", java_script=java_script)
    if java_script:
        page.wait_for_selector(".stage.drawn")
    else:
        assert page.locator(".plate circle").count() > 3
    assert page.locator("#who tr[data-at]").count() > 3
    assert page.complaints == []
