"""The map in a real browser: what it draws, what follows it, and what is left without it."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

GHENT = "#at=51.0400,3.7250,12"


@pytest.fixture
def open_map(open_page):
    def open_(address="/map", **options):
        page = open_page(address, **options)
        page.wait_for_selector(".stage.drawn")
        return page

    return open_


def shown(page):
    return page.locator("#who tr[data-at]:not([hidden])")


def count_of(page):
    return int(re.search(r"\d+", page.locator("#shown").inner_text())[0])


def test_the_list_follows_the_map(open_map):
    page = open_map()
    everything = shown(page).count()
    assert count_of(page) == everything > 100
    page.goto(page.url + GHENT)
    page.wait_for_function(
        "document.querySelectorAll('#who tr[data-at]:not([hidden])').length < 60"
    )
    assert {"Ghent"} == {
        place.split()[-1] for place in shown(page).locator("td .at").all_inner_texts()
    }
    assert count_of(page) == shown(page).count()
    page.get_by_role("button", name="Show the whole region").click()
    assert count_of(page) == everything
    assert page.complaints == []


def test_a_view_is_an_address(open_map):
    page = open_map(f"/nl/map?province=east-flanders{GHENT}")
    first = count_of(page)
    assert page.locator("#shown").inner_text() == f"{first} in beeld"
    page.locator(".stage canvas").focus()
    page.keyboard.press("+")
    page.wait_for_function(f"location.hash !== {GHENT!r} && /,13$/.test(location.hash)")
    page.reload()
    page.wait_for_selector(".stage.drawn")
    assert page.url.endswith(",13")


def test_filters_and_languages_keep_the_view(open_map):
    page = open_map(f"/map{GHENT}")
    page.get_by_text("Narrow the map").click()
    page.locator("#narrow a", has_text="Department").click()
    page.wait_for_url(f"**/map?kind=department{GHENT}")
    page.locator(".languages a", has_text="Deutsch").click()
    page.wait_for_url(f"**/de/map?kind=department{GHENT}")


def test_a_mark_is_opened_by_keyboard(open_map):
    page = open_map(f"/map{GHENT}")
    mark = page.get_by_role("button", name=re.compile("somewhere in Ghent"))
    mark.focus()
    page.keyboard.press("Enter")
    assert mark.get_attribute("aria-pressed") == "true"
    assert page.locator("#shown").inner_text() == f"{shown(page).count()} at this point"
    assert set(shown(page).locator("td .at").all_inner_texts()) == {"somewhere in Ghent"}


def test_a_cluster_comes_apart(open_map):
    page = open_map()
    before = page.locator(".spot").count()
    page.get_by_role("button", name=re.compile("Edegem")).click()
    page.wait_for_function(f"document.querySelectorAll('.spot').length > {before}")
    assert count_of(page) < 60


def test_imprecise_places_are_rings(open_map):
    page = open_map(f"/map{GHENT}")
    town = page.get_by_role("button", name=re.compile("somewhere in Ghent"))
    assert town.locator(".around").count() == 1
    campus = page.get_by_role("button", name=re.compile(": Ghent$"))
    assert campus.locator(".around").count() == 0


def test_without_javascript_a_drawing_and_the_table_remain(open_page):
    page = open_page("/map", java_script=False)
    assert page.locator(".plate circle").count() > 10
    assert page.locator("#who tr[data-at]").count() > 100
    assert page.locator("#shown").inner_text() == "On the map"


def test_nothing_moves_while_the_map_comes(open_page):
    page = open_page("/map")
    page.wait_for_selector(".stage.drawn")
    shift = page.evaluate(
        """new Promise(done => new PerformanceObserver(list => done(list.getEntries()
            .filter(e => !e.hadRecentInput).reduce((sum, e) => sum + e.value, 0)))
            .observe({type: 'layout-shift', buffered: true})
            || setTimeout(() => done(0), 500))"""
    )
    assert shift < 0.01


@pytest.mark.parametrize("address", ["/map"])
def test_the_map_page_is_light(open_page, address):
    page = open_page("/robots.txt")
    sizes = []
    page.on("response", lambda answer: sizes.append(answer.request.sizes()["responseBodySize"]))
    page.goto(page.url.replace("/robots.txt", address))
    page.wait_for_selector(".stage.drawn")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < 450_000
