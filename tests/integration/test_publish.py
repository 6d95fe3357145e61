"""The site as files: complete, whole or not at all, with links that lead somewhere."""

from __future__ import annotations

import json
import re

import pytest

from baken import Workspace
from baken.config import Settings
from baken.errors import PublishError
from baken.text.speech import Speech
from baken.web import publishing
from baken.web.page import Query
from baken.web.pages import PAGES
from baken.web.publishing import MARK, broken_links, publish
from baken.web.site import Site

PLACES = (
    *("index", "organisations", "organisations/kind/company", "organisations/imec", "map"),
    *(
        "network",
        "network/around/imec",
        "landscape",
        "statistics",
        "guide",
        "guide/measures/eurostars",
    ),
)
"""Pages whose links are looked at one by one."""


@pytest.fixture(scope="module")
def settings(data):
    return Settings.load({}, data=data)


@pytest.fixture(scope="module")
def workspace(settings):
    with Workspace.open(settings=settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def alone(settings, tmp_path_factory):
    """The site as files that no service stands behind."""
    folder = tmp_path_factory.mktemp("alone") / "site"
    publish(settings, folder)
    return folder


def test_every_page_is_there_in_four_languages_with_its_data(published):
    folder, said = published
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    assert len(names) == said.pages
    for name in ("index", "organisations", "organisations/imec", "themes/cancer", "find"):
        assert {f"{name}.html", f"nl/{name}.html", f"fr/{name}.html", f"de/{name}.html"} <= names
    assert (
        json.loads((folder / "nl/organisations/imec.json").read_bytes())["record"]["id"] == "imec"
    )


def test_one_filter_has_a_file_and_two_lead_to_the_live_site(published, live):
    page = (published[0] / "nl/organisations/kind/biobank.html").read_text()
    assert '<html lang="nl">' in page
    assert f'href="{live}/nl/organisations?kind=biobank&amp;province=' in page
    assert 'href="../../../nl/organisations.html"' in page


def test_filters_that_would_lead_nowhere_are_not_offered(workspace):
    page = next(page for page in PAGES if page.path == "/network")
    say = Speech("en")
    for parameters, offered in (({}, True), ({"around": ["imec"]}, False)):
        query = Query("/network", {}, parameters, say)
        for is_served in (True, False):
            site = Site(workspace, is_served=is_served)
            shown = site.html(page, site.context(page, query), query)
            assert ("Narrow the network" in shown) is (offered or is_served)


def test_a_list_goes_on_to_its_end(published):
    for start in ("organisations", "nl/organisations/kind/company"):
        file, seen = published[0] / f"{start}.html", set()
        while file is not None:
            data = json.loads(file.with_suffix(".json").read_bytes())
            seen |= {row["id"] for row in data["rows"]}
            on = re.search(r'class="button" href="([^"]+)"', file.read_text())
            file = (file.parent / on[1]).resolve() if on else None
        assert len(seen) == data["count"]


def test_an_example_leads_to_an_answer(published, live, alone):
    page = (published[0] / "de/index.html").read_text()
    assert page.count(f'href="{live}/de/find?q=') == 4
    page = (alone / "de/index.html").read_text()
    assert page.count('href="../de/find.html?q=') == 4


def test_what_takes_a_service_leads_to_it(published, live):
    for name in ("network", "guide"):
        page = (published[0] / f"{name}.html").read_text()
        assert f'<form class="ask" action="{live}/network"' in page or (
            f'<form action="{live}/guide?fit=yes#fit"' in page
        )
    assert f'href="{live}/visit"' in page


def test_what_takes_a_service_is_not_offered_where_there_is_none(alone):
    for name in PLACES:
        page = (alone / f"{name}.html").read_text()
        assert set(re.findall(r'<form[^>]* action="([^"]*)"', page)) <= {"find.html"}
        said = re.findall(r"<a(?![^>]*href)[^>]*>(.*?)</a>", page)
        assert not said


def test_every_link_leads_somewhere(published):
    assert broken_links(published[0]) == []


def test_a_link_that_breaks_is_named(published, tmp_path):
    (tmp_path / "a.html").write_text('<a href="b/c.html#x">c</a> <a href="#here">here</a>')
    assert [said.split(",")[0] for said in broken_links(tmp_path)] == [
        "a.html links to b/c.html#x",
        "a.html links to #here",
    ]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.html").write_text('<p id="x"><a href="../a.html">a</a>')
    (tmp_path / "a.html").write_text('<a href="b/c.html#x">c</a> <a href="https://example.org">')
    assert broken_links(tmp_path) == []


def test_no_page_asks_the_server_for_anything(published):
    for name in ("index.html", "find.html", "fr/organisations.html"):
        page = (published[0] / name).read_text()
        assert "data-suggest" not in page
        assert ' href="/' not in page
        assert ' src="/' not in page
        assert ' action="/' not in page


def test_the_words_of_every_organisation_are_there_to_compare(published):
    entries = json.loads((published[0] / "words-nl.json").read_bytes())
    (biobank,) = [e for e in entries if e["href"] == "nl/organisations/biobank-antwerp.html"]
    assert biobank["name"] == "Biobank Antwerpen"
    assert "biobank" in biobank["words"][0].split()
    assert (published[0] / biobank["href"]).exists()


def test_a_folder_of_somebody_elses_is_left_alone(settings, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(PublishError, match="holds something that is no publication"):
        publish(settings, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_what_breaks_off_leaves_the_earlier_publication(settings, tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / MARK).write_text("{}")
    (folder / "index.html").write_text("earlier")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "_write_all", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish(settings, folder)
    assert (folder / "index.html").read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
