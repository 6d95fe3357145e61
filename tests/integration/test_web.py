"""The site answers every address with a page, and the same as JSON."""

import re
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.web import create_app
from baken.web.pages import PAGES

TEMPLATES = Path(__file__).parents[2] / "src" / "baken" / "web" / "templates"
ADDRESSES = {
    "/": "/index.json",
    "/find?q=biobank": "/find.json?q=biobank",
    "/organisations": "/organisations.json",
    "/organisations/uz-gent": "/organisations/uz-gent.json",
    "/themes": "/themes.json",
    "/themes/lung": "/themes/lung.json",
    "/places": "/places.json",
    "/places/limburg": "/places/limburg.json",
    "/about": "/about.json",
}
ODD_NEEDS = {
    "empty": "",
    "spaces": "   ",
    "one letter": "x",
    "emoji": "🧪🫁👵",
    "markup": "<script>alert('a')</script><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE statement; --",
    "template": "{{ 7 * 7 }}{% raw %}",
    "control characters": "a\x00b\x1b[31m\x7f\u202e lung",
    "right to left": "مستشفى الرئة",
    "Chinese": "肺病医院",
    "long": "lung disease clinic " * 500,
    "one long word": "x" * 10_000,
    "punctuation": "?!… — «»",
    "operators": 'lung AND (OR "unclosed ^2 ~ field:value [* TO *]',
}


@pytest.fixture(scope="module")
def client(data):
    with Workspace.open(data=data) as workspace, TestClient(create_app(workspace)) as client:
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_and_its_json(client, address):
    page, data = client.get(address), client.get(ADDRESSES[address])
    assert page.status_code == data.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count("<h1") == 1
    assert "<script" not in page.text
    assert data.json()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_the_json_is_the_typed_context_and_the_template_shows_it(client, page):
    address = next(a for a, j in ADDRESSES.items() if _fits(page, a))
    answer = client.get(ADDRESSES[address]).json()
    fields = [field.name for field in msgspec.structs.fields(page.context)]
    assert list(answer) == fields
    documented = set(re.findall(r"^        (\w+): ", page.context.__doc__, re.MULTILINE))
    assert documented == set(fields), "the context's docstring and its fields differ"
    template = (TEMPLATES / page.template).read_text()
    unused = {f for f in fields if not re.search(rf"\b{f}\b", template)}
    assert unused <= {"everything", "sources", "count", "language", "codes"}


def _fits(page, address):
    pattern = re.sub(r"\{[^}]+\}", "[^/]+", page.path)
    return re.fullmatch(pattern, address.partition("?")[0]) is not None


@pytest.mark.parametrize("need", ODD_NEEDS.values(), ids=ODD_NEEDS)
def test_odd_needs_get_a_sensible_page(client, need):
    page = client.get("/find", params={"q": need})
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "onerror=alert(1)>" not in page.text
    assert "What do you need?" in page.text
    answer = client.get("/find.json", params={"q": need}).json()
    assert answer["groups"] or answer["note"] or not need.strip()


def test_a_need_that_nothing_matches_says_so_and_offers_themes(client):
    answer = client.get("/find.json", params={"q": "a shipyard for sailing yachts"}).json()
    assert answer["count"] == 0
    assert answer["note"]
    assert answer["nearest"]


def test_filters_hold(client):
    only = client.get("/find.json", params={"q": "cancer", "province": "limburg"}).json()
    assert only["groups"]
    for group in only["groups"]:
        for match in group["matches"]:
            assert "Limburg" in match["place"]
    assert client.get("/find", params={"q": "cancer", "role": "plumber"}).status_code == 400


@pytest.mark.parametrize(
    "address", ["/nowhere", "/organisations/nobody", "/themes/nothing", "/places/utopia"]
)
def test_what_is_not_there_is_said_kindly(client, address):
    page = client.get(address)
    assert page.status_code == 404
    assert "What do you need?" in page.text
    data = client.get(f"{address}.json")
    assert data.status_code == 404
    assert data.json()["error"]


def test_a_misspelt_id_is_forgiven(client):
    assert "/organisations/uz-gent" in client.get("/organisations/uz-gnet").text


def test_facets_narrow_and_widen_the_list(client):
    everything = client.get("/organisations.json").json()
    limburg = client.get("/organisations.json?province=limburg&role=space").json()
    assert 0 < limburg["count"] < everything["count"]
    assert [link["label"] for link in limburg["active"]] == ["Limburg", "Space"]
    assert all("Limburg" in row["place"] for row in limburg["rows"])


def test_paging_reaches_every_organisation_once(client):
    address, seen = "/organisations", []
    while address:
        page = client.get(address.replace("/organisations", "/organisations.json", 1)).json()
        seen += [row["id"] for row in page["rows"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == page["count"]


def test_every_value_of_an_organisation_is_footnoted(client):
    page = client.get("/organisations/uz-gent.json").json()
    numbers = {source["number"] for source in page["sources"]}
    said = [
        page["summary"],
        *page["other_names"],
        *page["figures"],
        *(offer for role in page["roles"] for offer in role["offers"]),
        *(other for relation in page["relations"] for other in relation["others"]),
        *page["events"],
        *(value for _, values in page["facts"] for value in values),
    ]
    assert said
    for value in said:
        assert value["notes"], value
        assert set(value["notes"]) <= numbers


def test_a_hedge_whose_date_has_passed_is_marked(client):
    assert "date has passed, outcome not known here" in client.get("/organisations/uz-gent").text


def test_the_figures_of_a_province(client):
    figures = client.get("/places/limburg.json").json()["figures"]
    assert {(f["value"], f["label"]) for f in figures} >= {("4,000+", "beds"), ("10,000+", "staff")}


def test_every_link_on_the_main_pages_leads_somewhere(client):
    seen = set()
    for address in ADDRESSES:
        for href in re.findall(r'href="(/[^"#]*)"', client.get(address).text):
            seen.add(href.replace("&amp;", "&"))
    broken = [href for href in sorted(seen) if client.get(href).status_code != 200]
    assert not broken


def test_headers_keep_the_page_to_itself(client):
    page = client.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    [sheet] = re.findall(r'href="(/static/[^"]+\.css)"', page.text)
    style = client.get(sheet)
    assert "immutable" in style.headers["cache-control"]
    again = client.get(sheet, headers={"if-none-match": style.headers["etag"]})
    assert again.status_code == 304
    assert len(page.content) + len(style.content) < 100_000


def test_health(client):
    answer = client.get("/healthz").json()
    assert answer["status"] == "ok"
    assert answer["organisations"] > 100


def test_no_need_is_ever_logged(client, caplog):
    client.get("/find", params={"q": "a very private need"})
    assert "private" not in caplog.text
