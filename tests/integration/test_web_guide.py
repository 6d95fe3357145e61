"""The guide's pages answer a company, and the handbook says the same on paper."""

import html
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar.testing import TestClient
from pypdf import PdfReader

from baken import Workspace
from baken.model import LANGUAGES
from baken.web import create_app

COMPANY = (
    "region=flanders&size=small&form=not-yet&established=no&economic-activity=yes"
    "&in-difficulty=no&plans=development&plans=hiring&activities=medical-device"
)
MEASURE = "/guide/measures/vlaio-development-project"


@pytest.fixture(scope="module")
def workspace(data):
    with Workspace.open(data=data) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client


def outcomes(answer):
    return {
        line["id"]: line["outcome"]
        for group in ("applies", "depends", "does_not")
        for line in answer[group]
    }


def test_the_page_says_what_the_guide_says(client, workspace):
    page = client.get(f"/guide.json?{COMPANY}").json()
    answers = {key: values for key, values in parse_qs(COMPANY).items() if len(values) > 1}
    answers |= {k: v[0] for k, v in parse_qs(COMPANY).items() if k not in answers}
    answers["activities"] = [answers["activities"]]
    advice = workspace.guide.advise(answers)
    assert outcomes(page) == {one.id: one.outcome for one in advice.measures}
    assert outcomes(page)["vlaio-development-project"] == "applies"


def test_each_open_question_is_a_link_that_settles_it(client):
    page = client.get(f"{MEASURE}.json").json()
    assert page["outcome"] == "depends"
    assert not page["described"]
    asked = 0
    while page["outcome"] == "depends":
        check = next(one for one in page["checks"] if one["asks"])
        link = check["asks"][0]["answers"][0]["href"]
        assert urlsplit(link).path == MEASURE
        page = client.get(f"{MEASURE}.json?{urlsplit(link).query}").json()
        assert next(one for one in page["checks"] if one["rule"] == check["rule"])["holds"] != (
            "unknown"
        )
        asked += 1
        assert asked < 20
    assert asked > 2


def test_a_link_that_answers_for_one_plan_leaves_the_others_open(client):
    page = client.get("/guide.json?plans=undecided&plans=development").json()
    assert outcomes(page)["kmo-portefeuille"] == "depends"
    page = client.get("/guide.json?plans=development").json()
    assert outcomes(page)["kmo-portefeuille"] == "does-not"
    page = client.get("/guide.json?plans=none").json()
    assert outcomes(page)["vlaio-development-project"] == "does-not"


def test_answers_that_contradict_are_named_and_none_counts(client):
    page = client.get("/guide?region=wallonia&province=antwerp")
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert client.get("/guide.json?region=wallonia&province=antwerp").json()["applies"] == []
    assert client.get("/guide?size=enormous").status_code == 200
    assert client.get("/handbook?size=enormous").status_code == 200


@pytest.mark.parametrize("path", ["/guide/measures/nothing", "/guide/paths/nothing"])
def test_what_there_is_not_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_text_without_translation_says_which_language_it_is_in(client):
    page = client.get(f"/fr{MEASURE}").text
    assert re.search(r'<span lang="en">[^<]{60,}', page)
    assert '<span lang="en">' not in client.get(f"/nl{MEASURE}").text


@pytest.mark.parametrize("path", ["/guide", MEASURE, "/guide/paths/medicine", "/guide/steps"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_that_it_is_no_advice(client, workspace, path, language):
    prefix = "" if language == "en" else f"/{language}"
    notice = workspace.guide.advise({}, language).notice
    assert notice in html.unescape(client.get(prefix + path).text)


@pytest.mark.parametrize(
    "path", [MEASURE, "/guide/paths/medical-device", "/guide/tax", "/handbook"]
)
def test_each_footnote_leads_to_a_document_on_the_page(client, path):
    page = client.get(path).text
    wanted = set(re.findall(r'href="#(source-\d+)"', page))
    assert wanted
    assert wanted <= set(re.findall(r'id="(source-\d+)"', page))


def test_the_guide_is_linked_from_the_shortlist(client):
    assert 'href="/guide"' in client.get("/find?q=biobank").text
    assert 'href="/nl/guide"' in client.get("/nl/find?q=biobank").text


@pytest.mark.parametrize("wanted", ["/guide", "/handbook", "/visit"])
def test_guide_handbook_and_visit_are_two_clicks_from_the_shortlist(client, wanted):
    def leads_to(address):
        links = re.findall(r'<a [^>]*href="(/[^"]*)"', client.get(address).text)
        return {html.unescape(link).partition("#")[0].partition("?")[0] for link in links}

    first = leads_to("/find?q=biobank")
    assert wanted in first or any(wanted in leads_to(one) for one in sorted(first & {"/guide"}))


def test_a_measure_says_how_to_reach_who_decides(client):
    page = client.get("/guide/measures/first-hires")
    assert 'href="tel:+32-2-509-59-59"' in page.text
    reach = client.get("/guide/measures/first-hires.json").json()["reach"]
    assert reach["telephone"] == "+32 2 509 59 59"
    assert reach["citations"][0]["publisher"] == "RSZ"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_handbook_and_its_pdf_say_what_the_page_says(client, language):
    prefix = "" if language == "en" else f"/{language}"
    page = client.get(f"{prefix}/guide.json?{COMPANY}").json()
    need = "need=a+hospital+lung+department+for+a+first+study"
    book = client.get(f"{prefix}/handbook.json?{COMPANY}&{need}").json()["book"]
    assert {one["id"]: one["outcome"] for one in book["entries"]} == outcomes(page)
    assert book["language"] == language
    assert "respiratory" in book["partners"][0]["id"]
    answer = client.get(f"{prefix}/handbook.pdf?{COMPANY}&{need}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content == client.get(f"{prefix}/handbook.pdf?{COMPANY}&{need}").content
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.content)).pages)
    assert book["partners"][0]["name"].split(",")[0] in " ".join(text.split())


def test_a_handbook_may_be_in_another_language_than_the_page(client):
    page = client.get("/handbook?language=nl").text
    assert '<article class="book" lang="nl">' in page
    assert "Inhoud" in page
    assert "/handbook.pdf?language=nl" in page


def test_the_command_writes_the_pdf(baken, tmp_path):
    profile, output = tmp_path / "company.yaml", tmp_path / "handbook.pdf"
    profile.write_text("size: small\nplans: [hiring]\n")
    arguments = ("--profile", profile, "--need", "labo voor celtherapie", "--language", "nl")
    done = baken("handbook", *arguments, "--output", output)
    assert done.returncode == 0, done.stderr
    assert output.read_bytes().startswith(b"%PDF")
    first = output.read_bytes()
    baken("handbook", *arguments, "--output", output)
    assert output.read_bytes() == first
    failed = baken("handbook", "--language", "it", "--output", tmp_path / "no.pdf")
    assert failed.returncode == 1
    assert "en, nl, fr, de" in failed.stderr
    assert not (tmp_path / "no.pdf").exists()
