"""What pages say of themselves in schema.org's words is valid by schema.org's own vocabulary."""

import json
import re
from pathlib import Path

import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.web import create_app

VOCABULARY = json.loads((Path(__file__).parent / "schemaorg.json").read_text())["types"]
URL = "https://health.example.org"
PAGES = [
    "/", "/organisations", "/organisations?kind=biobank", "/themes", "/themes/lung",
    "/themes/diabetes", "/places", "/places/ghent", "/places/limburg", "/places/belgium", "/about",
    "/changes", "/find?q=lung", "/project",
]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(data):
    with Workspace.open(data=data, url=URL) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client


def structured(client, address):
    page = client.get(address).text
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    return json.loads(found)


def wider(name):
    """Yield a type and all it extends."""
    yield name
    for parent in VOCABULARY.get(name, {"extends": ()})["extends"]:
        yield from wider(parent)


def problems(node, where="page"):
    """Yield what schema.org's vocabulary does not allow in a node."""
    name = node.get("@type")
    if name not in VOCABULARY:
        yield f"{where}: there is no type {name}"
        return
    allowed = {p: r for one in wider(name) for p, r in VOCABULARY[one]["properties"].items()}
    for key, value in node.items():
        if key.startswith("@"):
            continue
        # https://schema.org/docs/actions.html: an annotation of the property it is named after.
        if key.endswith("-input") and key.removesuffix("-input") in allowed:
            continue
        if key not in allowed:
            yield f"{where}: {name} has no property {key}"
            continue
        for one in value if isinstance(value, list) else [value]:
            yield from _misfits(one, allowed[key], f"{where}.{key}")


def _misfits(value, ranges, where):
    if isinstance(value, dict):
        if not set(wider(value.get("@type"))) & set(ranges):
            yield f"{where}: {value.get('@type')} is none of {ranges}"
        yield from problems(value, where)
    elif isinstance(value, str):
        # Where a thing is meant, the text is its name or its address, as schema.org allows.
        if not value or (ranges == ["Number"] or ranges == ["Boolean"]):
            yield f"{where}: {value!r} is none of {ranges}"
    elif isinstance(value, int | float):
        if not {"Number", "Integer", "Text"} & set(ranges):
            yield f"{where}: {value!r} is none of {ranges}"
    else:
        yield f"{where}: {value!r} is no value"


@pytest.mark.parametrize("language", ["", "/de"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_describes_itself_validly(client, address, language):
    found = structured(client, f"{language}{address}".replace("/de/?", "/de?"))
    assert found["@context"] == "https://schema.org"
    assert list(problems(found)) == []
    assert found["inLanguage"] == (language.strip("/") or "en")


def test_every_organisation_is_described_validly(client, workspace):
    kinds = set()
    for one in workspace.names():
        found = structured(client, f"/organisations/{one}")
        assert list(problems(found)) == [], one
        kinds.add(found["mainEntity"]["@type"])
    assert {"Hospital", "CollegeOrUniversity", "ResearchOrganization"} <= kinds


def test_the_validator_finds_mistakes():
    wrong = {
        "@type": "Hospital",
        "nmae": "A",
        "geo": {"@type": "PostalAddress"},
        "parentOrganization": {"@type": "Nothing"},
        "wheels": 4,
    }
    assert len(list(problems(wrong))) == 5


def test_an_organisation_in_other_words(client):
    found = structured(client, "/nl/organisations/uz-gent")
    about = found["mainEntity"]
    assert about["@id"] == f"{URL}/organisations/uz-gent#organisation"
    assert about["address"]["addressLocality"] == "Gent"
    assert "https://ror.org/00xmkp704" in about["sameAs"]
    assert about["foundingDate"].isdigit()
    steps = [step["item"] for step in found["breadcrumb"]["itemListElement"]]
    assert steps[1:] == [f"{URL}/nl/organisations", f"{URL}/nl/organisations/uz-gent"]
    assert found["dateModified"]


def test_identifiers_parents_and_texts_are_those_of_the_page(client):
    imec = structured(client, "/fr/organisations/imec")["mainEntity"]
    assert "https://www.wikidata.org/wiki/Q1667937" in imec["sameAs"]
    assert "description" not in imec  # it is known in English only
    campus = structured(client, "/organisations/corda-campus")["mainEntity"]
    assert campus["parentOrganization"][0]["url"] == f"{URL}/organisations/lrm"


def test_a_measure_is_a_service_of_who_decides(client):
    about = structured(client, "/de/guide/measures/vlaio-development-project")["mainEntity"]
    assert about["@type"] == "Service"
    assert about["provider"]["url"].startswith("https://")
    assert about["name"] in client.get("/de/guide/measures/vlaio-development-project").text


def test_kinds_of_pages_have_descriptions_of_their_own(client):
    pages = ("/", "/landscape", "/organisations", "/places", "/statistics", "/compare", "/about")
    found = [structured(client, page)["description"] for page in pages]
    assert len(set(found)) == len(pages)


def test_words_of_a_landscape_cannot_end_the_script(client, monkeypatch, workspace):
    monkeypatch.setattr(
        type(workspace.landscape.themes["lung"]),
        "text",
        lambda self, language: "</script><script>alert(1)",
    )
    page = client.get("/themes/lung").text
    assert "<script>alert" not in page
