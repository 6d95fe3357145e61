"""Being found and shared: addresses, pictures, feeds, cards for address books."""

import io
import re
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from litestar.testing import TestClient
from PIL import Image

from baken import Workspace
from baken.model import LANGUAGES
from baken.web import create_app

URL = "https://health.example.org"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def client(data):
    """A site that knows its address, and where letters arrive."""
    with (
        Workspace.open(data=data, url=f"{URL}/", contact="desk@example.org") as workspace,
        TestClient(create_app(workspace)) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def modest(data):
    """A site that knows neither."""
    with Workspace.open(data=data) as workspace, TestClient(create_app(workspace)) as client:
        yield client


def meta(page):
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page))


# -- addresses and previews ------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/organisations/uz-gent", "/nl/themes/lung", "/fr/places", "/de/"]
)
def test_a_page_names_its_own_address_and_its_picture(client, address):
    page = client.get(address).text
    assert f'<link rel="canonical" href="{URL}{address}">' in page
    said = meta(page)
    assert said["og:url"] == URL + address
    assert len(said["og:description"]) > 30
    picture = client.get(said["og:image"].removeprefix(URL))
    assert Image.open(io.BytesIO(picture.content)).size == (1200, 630)
    alternates = re.findall(r'hreflang="([^"]+)" href="([^"]+)"', page.partition("</head>")[0])
    assert [code for code, _ in alternates] == [*LANGUAGES, "x-default"]
    assert all(href.startswith(URL) for _, href in alternates)


def test_titles_and_descriptions_tell_pages_apart(client):
    pages = ["/", "/organisations/imec", "/themes", "/themes/lung", "/places/ghent", "/changes"]
    said = [meta(client.get(page).text) for page in pages]
    assert len({one["og:title"] for one in said}) == len(pages)
    assert len({one["description"] for one in said}) == len(pages)


@pytest.mark.parametrize("address", ["/find?q=lung", "/organisations?province=limburg"])
def test_answers_and_filters_are_no_addresses_to_keep(client, address):
    assert 'rel="canonical"' not in client.get(address).text


def test_a_site_that_does_not_know_its_address_claims_none(modest):
    page = modest.get("/organisations/uz-gent").text
    assert 'rel="canonical"' not in page
    assert "og:image" not in meta(page)
    assert "qr.svg" not in page
    assert "mailto:" not in page
    assert modest.get("/sitemap.xml").status_code == 404
    assert "Sitemap" not in modest.get("/robots.txt").text


def test_every_address_of_the_sitemap_answers_and_is_canonical(client):
    [part] = [
        loc.text
        for loc in ElementTree.fromstring(client.get("/sitemap.xml").content).iter(f"{SITEMAP}loc")
    ]
    assert f"Sitemap: {URL}/sitemap.xml" in client.get("/robots.txt").text
    urls = ElementTree.fromstring(client.get(part.removeprefix(URL)).content)
    addresses = [loc.text for loc in urls.iter(f"{SITEMAP}loc")]
    assert len(set(addresses)) == len(addresses) <= 50_000
    assert len(addresses) % len(LANGUAGES) == 0
    others = urls[0].findall(f"{XHTML}link")
    assert [link.get("hreflang") for link in others] == [*LANGUAGES, "x-default"]
    for address in addresses[:: len(addresses) // 40]:
        page = client.get(address.removeprefix(URL))
        assert page.status_code == 200
        assert f'rel="canonical" href="{address}"' in page.text
    for wrong in ("0", "2", "x"):
        assert client.get(f"/sitemap.xml?part={wrong}").status_code == 404


def test_pictures_differ_by_organisation_and_language_and_are_small(client):
    addresses = ("/card.png", "/organisations/imec/card.png", "/nl/organisations/imec/card.png")
    pictures = [client.get(address) for address in addresses]
    assert len({picture.content for picture in pictures}) == 3
    assert max(len(picture.content) for picture in pictures) < 60_000
    assert client.get("/organisations/nobody/card.png").status_code == 404


def test_the_code_on_paper_is_a_picture(client):
    answer = client.get("/nl/organisations/imec/qr.svg")
    assert ElementTree.fromstring(answer.content).tag.endswith("svg")
    assert f"{URL}/nl/organisations/imec" in client.get("/nl/organisations/imec").text


# -- letters ---------------------------------------------------------------------------------


def test_letters_know_what_they_are_about(client):
    contact = client.get("/nl/organisations/uz-gent.json").json()["contact"]
    for letter in contact.values():
        parts = urlsplit(letter)
        assert (parts.scheme, parts.path) == ("mailto", "desk@example.org")
        said = parse_qs(parts.query)
        assert "Universitair Ziekenhuis Gent" in said["subject"][0]
        assert said["body"][0].startswith(f"{URL}/nl/organisations/uz-gent\r\n")
        assert "+" not in unquote(parts.query)  # mail programs would show it


def test_a_form_elsewhere_is_told_too(data):
    with (
        Workspace.open(data=data, contact="https://example.org/form?x=1") as workspace,
        TestClient(create_app(workspace)) as client,
    ):
        letter = client.get("/organisations/imec.json").json()["contact"]["correct"]
    assert letter.startswith("https://example.org/form?x=1&subject=A+correction")
    assert parse_qs(urlsplit(letter).query)["page"] == ["/organisations/imec"]


# -- vCard -----------------------------------------------------------------------------------

ONCE = {"VERSION", "FN", "KIND", "REV", "UID", "PRODID", "GEO"}
ALLOWED = ONCE | {"ORG", "NICKNAME", "ADR", "URL", "NOTE", "CATEGORIES", "SOURCE"}
LINE = re.compile(
    r'(?P<name>[A-Z]+)(?P<parameters>(?:;[A-Z]+=(?:"[^"\x00-\x1f]*"|[^";:,\x00-\x1f]+))*):(?P<value>.*)'
)
PARTS = {"ADR": 7}
"""How many parts a structured value has (RFC 6350, 6.3.1)."""


def read_vcard(content):
    """Return the properties of one vCard 4.0, read as strictly as RFC 6350 is written."""
    text = content.decode("utf-8")
    assert text.endswith("\r\n")
    lines = text[:-2].split("\r\n")
    assert not any("\n" in line or "\r" in line for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = re.sub(r"\r\n[ \t]", "", text)[:-2].split("\r\n")
    assert unfolded[:2] == ["BEGIN:VCARD", "VERSION:4.0"]
    assert unfolded[-1] == "END:VCARD"
    properties = {}
    for line in unfolded[1:-1]:
        found = LINE.fullmatch(line)
        assert found, line
        name, value = found["name"], found["value"]
        assert name in ALLOWED, name
        if name not in ("URL", "GEO", "SOURCE", "UID"):
            assert not re.search(r"\\(?![\\,;nN])", value), line
            parts = re.split(r"(?<!\\);", value)
            assert len(parts) == PARTS.get(name, 1), line
        properties.setdefault(name, []).append(value)
    assert properties["FN"][0]
    assert all(len(properties.get(name, ())) <= 1 for name in ONCE)
    assert re.fullmatch(r"\d{8}T\d{6}Z", properties["REV"][0])
    return properties


def test_every_organisation_is_a_valid_vcard(client):
    ids = [one["id"] for one in _all(client)]
    for one in ids:
        card = read_vcard(client.get(f"/fr/organisations/{one}.vcf").content)
        assert card["KIND"] == ["org"]
        assert not {"N", "EMAIL", "TEL", "BDAY"} & set(card)


def test_a_vcard_says_what_the_page_says(client):
    answer = client.get("/nl/organisations/uz-gent.vcf")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    card = read_vcard(answer.content)
    assert card["FN"] == ["Universitair Ziekenhuis Gent"]
    assert card["ADR"][0].split(";")[3:] == ["Gent", "Oost-Vlaanderen", "", "België"]
    assert card["UID"] == [f"{URL}/organisations/uz-gent"]
    assert card["GEO"][0].startswith("geo:51.")


def _all(client):
    address, rows = "/organisations.json", []
    while address:
        page = client.get(address).json()
        rows += page["rows"]
        address = page["next"] and page["next"].replace("/organisations?", "/organisations.json?")
    return rows


# -- new and changed -------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_feed_is_valid_atom(client, modest, language):
    prefix = "" if language == "en" else f"/{language}"
    answer = client.get(f"{prefix}/changes.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert entries
    # RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have, once each.
    for one in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("urn:uuid:") for one in ids)
    link = entries[0].find(f"{ATOM}link").get("href")
    assert client.get(link.removeprefix(URL)).status_code == 200
    same = ElementTree.fromstring(modest.get(f"{prefix}/changes.atom").content)
    assert [one.findtext(f"{ATOM}id") for one in same.findall(f"{ATOM}entry")] == ids


# -- what is not there -----------------------------------------------------------------------


def test_an_address_that_leads_nowhere_searches_for_its_words(client):
    page = client.get("/nl/organisaties/celtherapie-tegen-kanker.html")
    assert page.status_code == 404
    assert ">celtherapie tegen kanker</textarea>" in page.text
    assert 'href="/nl/themes"' in page.text
    assert "Op dit adres is geen pagina." in page.text
    assert "keine Organisation „nobody“" in client.get("/de/organisations/nobody").text
    odd = client.get("/%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert odd.status_code == 404
    assert "<script>alert" not in odd.text


# -- content in another language -------------------------------------------------------------


def test_what_is_not_in_the_language_of_the_page_is_marked(client):
    english, dutch = (client.get(f"{p}/organisations/uz-gent").text for p in ("", "/nl"))
    assert 'class="tongue"' not in english
    assert re.search(r'<span lang="en">[^<]+</span> <span class="tongue"', dutch)
    assert "(in het Engels)" in dutch
    for address in ("/nl/places/ghent", "/nl/organisations"):
        assert 'class="tongue"' in client.get(address).text
