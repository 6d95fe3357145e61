"""No page mixes languages unnoticed: what Baken says is in the page's, what it quotes is marked."""

import itertools
import re
from html.parser import HTMLParser

import pytest
from litestar.testing import TestClient
from tools.translations import extracted

from baken import Workspace
from baken.model import LANGUAGES
from baken.text.speech import Speech
from baken.web import create_app

NEEDS = {
    "nl": "Wij maken een slimme inhalator en zoeken een longafdeling voor een eerste studie",
    "fr": "Nous fabriquons un inhalateur intelligent et cherchons un service de pneumologie",
    "de": "Wir bauen einen intelligenten Inhalator und suchen eine Lungenabteilung",
}
SPOKEN = tuple(NEEDS)
SPEAKING = {
    "alt",
    "aria-label",
    "data-chosen",
    "data-list",
    "data-many",
    "data-none",
    "data-one",
    "data-place",
    "data-theme",
    "placeholder",
    "title",
}
"""Attributes that people read or hear."""
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
VALUE = re.compile(r"%\(\w+\)s|</?[^>]+>")


class Reader(HTMLParser):
    """Collects what a page says, with the language that each piece is marked to be in."""

    def __init__(self, page):
        super().__init__()
        self.open, self.said, self.alternates = [], [], {}
        self.feed(page)

    @property
    def language(self):
        return self.open[-1][1] if self.open else None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        language = given.get("lang", self.language)
        if tag == "link" and given.get("rel") == "alternate" and "hreflang" in given:
            self.alternates[given["hreflang"]] = given["href"]
        if tag == "meta" and given.get("name") == "description":
            self.said.append((language, given["content"]))
        self.said += [(language, given[name] or "") for name in SPEAKING & set(given)]
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        if self.open and self.open[-1][0] not in ("script", "style", "textarea") and text.strip():
            self.said.append((self.language, " ".join(text.split())))


@pytest.fixture(scope="module")
def workspace(data):
    with Workspace.open(data=data) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def names(workspace):
    """What is called the same in every language: organisations, documents."""
    titles = {statement.citation.title for statement in workspace.store.statements()}
    return {*workspace.names().values(), *titles}


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client


def addresses(workspace, language):
    """Every organisation, a tenth of the themes and places, and every other page."""
    need = NEEDS[language]
    return [
        *("/", "/find", f"/find?q={need}", "/find?q=ror.org/03vek6s52", "/find?q=UZ+Gent"),
        *(f"/find?q={need}&province=limburg&without=theme:lung", f"/find?q={NEEDS['fr']}"),
        *("/project", f"/project?text={need}. {need} in Hasselt."),
        *("/organisations", "/themes", "/places", "/about", "/changes"),
        *("/nothing", "/organisations/nobody", "/themes/nothing", "/places/nowhere"),
        *("/find?q=a&role=x", "/find?q=a&with=x", "/find?q=a&with=theme:x", "/find?q=a&stage=x"),
        *("/find?q=a&language=tlh", "/organisations?after=nobody"),
        *(f"/organisations/{one.id}" for one in workspace.organisations()),
        *(
            f"/themes/{theme}"
            for theme in itertools.islice(workspace.landscape.themes, 0, None, 20)
        ),
        *(
            f"/places/{place}"
            for place in itertools.islice(workspace.landscape.places, 0, None, 10)
        ),
    ]


def english_messages(language):
    """What would be English in a page of a language: whole pieces, and parts of longer ones."""
    say = Speech(language)
    wholes, parts = [], []
    for key in extracted():
        forms = key if isinstance(key, tuple) else (key,)
        for number, form in zip((1, 2), forms, strict=False):
            said = say.translations.ngettext(*key, number) if len(forms) == 2 else say(form)
            if said == form:
                continue
            wholes.append(".+".join(re.escape(literal) for literal in VALUE.split(form)))
            # "More" and "Main" are words of other languages too; four together are English.
            parts += [re.escape(p.strip()) for p in VALUE.split(form) if len(p.split()) >= 4]
    return re.compile("|".join(wholes)), re.compile("|".join(parts))


def left_in_english(said, language, messages, names):
    """What of the pieces of a page is English without saying so."""
    wholes, parts = messages
    return [
        text
        for marked, text in said
        if marked == language and text not in names
        if wholes.fullmatch(text.strip(" ,;·()")) or wholes.fullmatch(text) or parts.search(text)
    ]


@pytest.fixture(scope="module", params=SPOKEN)
def spoken(request, workspace, client):
    """A language and what every page says in it, by address."""
    language = request.param
    return language, {
        address: Reader(client.get(f"/{language}{address}").text).said
        for address in addresses(workspace, language)
    }


def test_no_page_says_anything_in_english(client, names, spoken):
    language, pages = spoken
    messages = english_messages(language)
    # What finds nothing on an English page would find nothing anywhere.
    english = client.get("/about").text.replace('<html lang="en">', f'<html lang="{language}">')
    assert len(left_in_english(Reader(english).said, language, messages, names)) > 10
    left = {
        address: left_in_english(said, language, messages, names) for address, said in pages.items()
    }
    assert {address: texts for address, texts in left.items() if texts} == {}


def test_what_nobody_has_translated_is_marked(workspace, spoken):
    """Summaries and offers that are not in the page's language, wherever they are quoted."""
    language, pages = spoken
    foreign = {
        " ".join(text.split())
        for one in workspace.organisations()
        for own, text in itertools.chain(
            ((said.language, said.value) for said in one.summaries),
            (wording for o in one.offers for wording in o.value.wordings(o.language).items()),
        )
        if own not in (language, None)
    }
    mixed = {
        address: unmarked
        for address, said in pages.items()
        if (unmarked := [text for marked, text in said if marked == language and text in foreign])
    }
    assert mixed == {}


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/find?q=lab",
        "/project",
        "/organisations/uz-gent",
        "/organisations?kind=hospital",
        "/themes/lung",
        "/places/ghent",
    ],
)
def test_versions_of_a_page_name_each_other(client, address):
    known = None
    for language in LANGUAGES:
        page = Reader(client.get(address if language == "en" else f"/{language}{address}").text)
        assert set(LANGUAGES) <= set(page.alternates)
        assert known in (None, page.alternates)
        known = page.alternates
        opened = client.get(known[language].replace("http://testserver", "")).text
        assert f'<html lang="{language}">' in opened


def test_an_answer_keeps_the_language_of_the_need_and_says_so(client):
    page = client.get("/de/find", params={"q": NEEDS["fr"]}).text
    assert '<html lang="de">' in page
    assert ' lang="fr">' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_suggestions_lead_to_pages_in_the_language_asked_for(client, language):
    answer = client.get("/api/v1/suggest", params={"q": "oncologie", "language": language}).json()
    theme = answer["items"][0]
    assert theme["href"] == {"en": "/themes/cancer"}.get(language, f"/{language}/themes/cancer")
    assert client.get(theme["href"]).status_code == 200
    assert (
        theme["detail"] == {"en": "Cancer", "nl": "Kanker", "fr": "Cancer", "de": "Krebs"}[language]
    )
