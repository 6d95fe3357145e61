"""The site answers every address with a page, and the same as JSON."""

import html
import re
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.partners.wording import IS_CALLED, IS_IN, ITS_UNIT, WORKS_ON
from baken.web import create_app
from baken.web.app import HEADERS
from baken.web.pages import PAGES

TEMPLATES = Path(__file__).parents[2] / "src" / "baken" / "web" / "templates"
ADDRESSES = {
    "/": "/index.json",
    "/find?q=biobank": "/find.json?q=biobank",
    "/project?text=We+need+a+biobank+with+lung+tissue": (
        "/project.json?text=We+need+a+biobank+with+lung+tissue"
    ),
    "/organisations": "/organisations.json",
    "/organisations/uz-gent": "/organisations/uz-gent.json",
    "/map": "/map.json",
    "/network": "/network.json",
    "/network?around=imec&steps=2": "/network.json?around=imec&steps=2",
    "/themes": "/themes.json",
    "/themes/lung": "/themes/lung.json",
    "/places": "/places.json",
    "/places/limburg": "/places/limburg.json",
    "/landscape?by=province": "/landscape.json?by=province",
    "/compare?with=uz-gent&with=places/limburg": "/compare.json?with=uz-gent&with=places/limburg",
    "/statistics": "/statistics.json",
    "/about": "/about.json",
    "/guide": "/guide.json",
    "/guide/measures/vlaio-development-project": "/guide/measures/vlaio-development-project.json",
    "/guide/paths/medical-device": "/guide/paths/medical-device.json",
    "/guide/steps": "/guide/steps.json",
    "/guide/tax": "/guide/tax.json",
    "/handbook": "/handbook.json",
    "/changes": "/changes.json",
    "/visit?stop=uz-gent&day=2026-12-01": "/visit.json?stop=uz-gent&day=2026-12-01",
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
SAID_IN_FRENCH = tuple(
    sentence["fr"].partition("{")[0] for sentence in (IS_CALLED, IS_IN, ITS_UNIT, WORKS_ON)
)


@pytest.fixture(scope="module")
def client(data):
    with Workspace.open(data=data) as workspace, TestClient(create_app(workspace)) as client:
        yield client


def foreign_scripts(page):
    """Everything that could run, but for the files that Baken serves."""
    own = r'<script src="/static/[0-9a-f]+/[a-z]+\.js" (?:defer|type="module")></script>'
    data = r'<script type="application/ld\+json">'
    return re.findall(r"<script[^>]*", re.sub(f"{own}|{data}", "", page))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_and_its_json(client, address):
    page, data = client.get(address), client.get(ADDRESSES[address])
    assert page.status_code == data.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count("<h1") == 1
    assert not foreign_scripts(page.text)
    assert data.json()


# What other sites embed is an excerpt.
@pytest.mark.parametrize(
    "page", [page for page in PAGES if not page.is_embed], ids=lambda page: page.template
)
def test_the_json_is_the_typed_context_and_the_template_shows_it(client, page):
    address = next(a for a, j in ADDRESSES.items() if _fits(page, a))
    answer = client.get(ADDRESSES[address]).json()
    fields = [field.name for field in msgspec.structs.fields(page.context)]
    assert list(answer) == fields
    documented = set(re.findall(r"^        (\w+): ", page.context.__doc__, re.MULTILINE))
    assert documented == set(fields), "the context's docstring and its fields differ"
    sharing = {one.template for one in PAGES if one.context is page.context}
    template = "".join((TEMPLATES / name).read_text() for name in sharing)
    # What every page draws from says nothing of this page.
    for included in re.findall(r'{% (?:include|from) "((?!parts\.)[^"]+)"', template):
        template += (TEMPLATES / included).read_text()
    assert not [f for f in fields if not re.search(rf"\b{f}\b", template)]


def _fits(page, address):
    pattern = re.sub(r"\{[^}]+\}", "[^/]+", page.path)
    return re.fullmatch(pattern, address.partition("?")[0]) is not None


@pytest.mark.parametrize("need", ODD_NEEDS.values(), ids=ODD_NEEDS)
def test_odd_needs_get_a_sensible_page(client, need):
    page = client.get("/find", params={"q": need})
    assert page.status_code == 200
    assert not foreign_scripts(page.text)
    assert "onerror=alert(1)>" not in page.text
    assert "What do you need?" in page.text
    answer = client.get("/find.json", params={"q": need}).json()
    assert answer["groups"] or answer["note"] or not need.strip()


def test_a_need_that_nothing_matches_says_so_and_offers_themes(client):
    answer = client.get("/find.json", params={"q": "a shipyard for sailing yachts"}).json()
    assert answer["count"] == 0
    assert answer["note"]
    assert answer["nearest"]


PASTED = {
    "Laboratory for Molecular & Cellular Therapy, VUB": ("vub-molecular-cellular-therapy", "vub"),
    "Dept. of Neurology, UZ Leuven, Herestraat 49, 3000 Leuven, Belgium": ("uz-leuven",),
    "dept. of neurology, uz leuven, herestraat 49, 3000 leuven, belgium": ("uz-leuven",),
    "Department of Neurology, Ghent University Hospital, Gent": ("uz-gent-neurology", "uz-gent"),
    "Univeristy of Antwerp, Antwerp": ("uantwerpen",),
}


@pytest.mark.parametrize("text", PASTED)
def test_a_pasted_affiliation_leads_to_the_organisation(client, text):
    names = client.get("/find.json", params={"q": text}).json()["names"]
    assert names["reading"] == "address"
    assert [one["id"] for one in names["organisations"]] == list(PASTED[text])
    assert all(one["words"] in text for one in names["organisations"])
    page = client.get("/find", params={"q": text}).text
    assert "This looks like an address" in page
    first = page.index(f'href="/organisations/{PASTED[text][0]}"')
    assert first < page.find('class="match"') or 'class="match"' not in page


@pytest.mark.parametrize(
    "text", ["https://ror.org/05f950310", " ror.org/05f950310/ ", "05f950310", "KU Leuven, Belgium"]
)
def test_words_that_ask_for_nothing_get_the_page_and_no_shortlist(client, text):
    answer = client.get("/find.json", params={"q": text}).json()
    assert [one["href"] for one in answer["names"]["organisations"]] == ["/organisations/ku-leuven"]
    assert not answer["count"]
    assert not answer["note"]
    assert "Show only" not in client.get("/find", params={"q": text}).text


def test_an_id_from_elsewhere_leads_to_its_registry(client):
    page = client.get("/find", params={"q": "https://ror.org/03vek6s52"}).text
    assert 'href="https://ror.org/03vek6s52" rel="external"' in page
    assert "Not in this landscape" in page


def test_a_need_that_mentions_an_organisation_stays_a_need(client):
    need = {"q": "We want to test an app for heart failure, with nurses, at UZ Leuven."}
    answer = client.get("/find.json", params=need).json()
    assert answer["count"]
    assert answer["names"]["reading"] == "mention"
    assert [one["id"] for one in answer["names"]["organisations"]] == ["uz-leuven"]
    page = client.get("/find", params=need).text
    assert "This looks like" not in page
    assert "You name" in page


@pytest.mark.parametrize(
    "text",
    [
        "a biobank for kidney tissue, in Limburg",
        "Department of Basic Medical Sciences, School of Medicine, Tsinghua University, Beijing",
        "University of Angers, Angers, France",
        "Université Libre de Bruxelles, Brussels, Belgium",
    ],
)
def test_what_names_nobody_here_is_not_said_to(client, text):
    assert client.get("/find.json", params={"q": text}).json()["names"] is None


def test_every_organisation_is_found_by_its_name_and_address(data):
    with Workspace.open(data=data) as workspace:
        names = workspace.names()
        for one in workspace.organisations():
            parent = f", {names[one.part_of[0]]}" if one.part_of else ""
            texts = [one.name(), f"{one.name()}{parent}, Belgium"]
            if one.id == "fund-plus":  # "Fund+" is a common word and a sign: too little in a line
                texts.pop()
            for text in texts:
                named = workspace.named(text)
                assert named, text
                assert named.organisations[0].id == one.id, text


def test_a_site_that_cannot_keep_names_still_answers(data, tmp_path, caplog):
    with Workspace.open(data=data) as workspace:
        (tmp_path / "file").touch()
        workspace._names = tmp_path / "file" / "names"
        assert workspace.named("KU Leuven, Belgium") is None
        assert workspace.named("KU Leuven, Belgium") is None
    assert [r.levelname for r in caplog.records if r.name == "baken.workspace"] == ["WARNING"]


def test_filters_hold(client):
    only = client.get("/find.json", params={"q": "cancer", "province": "limburg"}).json()
    assert only["groups"]
    for group in only["groups"]:
        for match in group["matches"]:
            assert "Limburg" in match["place"]
    assert [choice["id"] for choice in only["narrowed"]] == ["limburg"]
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
        page["name"],
        *page["kinds"],
        page["place"][0],
        *page["summaries"],
        *page["other_names"],
        *page["former_names"],
        *page["figures"],
        *(other for figure in page["figures"] for other in figure["also"]),
        *page["themes"],
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


@pytest.mark.parametrize(
    ("address", "status"),
    [("/organisations/nobody", 404), ("/find?q=a&role=plumber", 400), ("/nowhere.json", 404)],
)
def test_a_failure_is_as_guarded_as_a_page(client, address, status):
    failure = client.get(address)
    assert failure.status_code == status
    for name, value in HEADERS.items():
        assert failure.headers[name] == value


def test_what_breaks_is_owned_up_to_and_gives_nothing_away(data, monkeypatch, caplog):
    def break_down(*_, **__):
        raise RuntimeError("the need for a secret inhaler broke it")

    with Workspace.open(data=data) as workspace:
        monkeypatch.setattr(workspace, "find", break_down)
        with TestClient(create_app(workspace), raise_server_exceptions=False) as client:
            page = client.get("/find", params={"q": "a secret inhaler"})
            answer = client.get("/find.json", params={"q": "a secret inhaler"})
    assert page.status_code == answer.status_code == 500
    assert "went wrong on our side" in page.text
    assert "What do you need?" in page.text
    assert "secret" not in page.text + answer.text + caplog.text
    assert "RuntimeError" in caplog.text
    assert page.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_no_cache_keeps_what_a_visitor_typed(client):
    for address in ("/find?q=lung", "/find.json?q=lung"):
        assert client.get(address).headers["cache-control"] == "private, no-store"
    assert client.get("/").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("address", ["/", "/find?q=lung", "/organisations/imec", "/healthz"])
def test_monitors_may_ask_for_the_head_alone(client, address):
    answer = client.head(address)
    assert answer.status_code == 200
    assert answer.content == b""


def test_roles_and_provinces_narrow_and_widen_again(client):
    answer = _follow(client, "/find?q=an+incubator+with+laboratory+space")
    limburg = next(choice for choice in answer["provinces"] if choice["label"] == "Limburg")
    narrowed = _follow(client, limburg["href"])
    [on] = narrowed["narrowed"]
    assert on["label"] == "Limburg"
    assert "province=" not in on["href"]


def test_whom_to_consider_also_and_the_nearest_miss_are_quiet_links(client):
    asked = {"q": "coaching in Ghent"}
    answer, page = client.get("/find.json", params=asked).json(), client.get("/find", params=asked)
    _, _, beside = page.text.partition(">Also consider</h2>")
    assert 1 <= len(answer["also"]) <= 3
    assert "Nearest miss: " in beside
    numbers = {source["number"] for source in answer["sources"]}
    listed = {match["id"] for group in answer["groups"] for match in group["matches"]}
    for one in (*answer["also"], answer["nearest_miss"]):
        assert one["id"] not in listed
        assert one["href"] == f"/organisations/{one['id']}"
        assert client.get(one["href"]).status_code == 200
        assert f'<a href="{one["href"]}">{html.escape(one["name"])}</a>' in beside
        assert html.escape(one["why"]["text"]) in beside
        assert set(one["why"]["notes"]) <= numbers
    assert answer["nearest_miss"]["why"]["notes"]


def test_where_nothing_fits_the_page_still_names_the_nearest_miss(client):
    asked = {"q": "longkanker", "province": "west-flanders"}
    answer, page = client.get("/find.json", params=asked).json(), client.get("/find", params=asked)
    missed = answer["nearest_miss"]
    assert (answer["count"], answer["also"]) == (0, [])
    assert "Also consider" not in page.text
    assert f'Nearest miss: <a href="{missed["href"]}">' in page.text
    assert f'<span lang="nl">{missed["why"]["text"]}</span>' in page.text


def test_words_that_ask_for_nothing_have_nobody_beside_them(client):
    asked = {"q": "KU Leuven, Herestraat 49, 3000 Leuven, Belgium"}
    answer = client.get("/find.json", params=asked).json()
    assert (answer["count"], answer["also"], answer["nearest_miss"]) == (0, [], None)


MISREAD = "a prototype of an app for lung patients near Hasselt, with a lab, not a university"


def _follow(client, href):
    answer = client.get(href.replace("/find?", "/find.json?"))
    assert answer.status_code == 200, href
    return answer.json()


def _answered(answer):
    return [
        (match["id"], match["score"]) for group in answer["groups"] for match in group["matches"]
    ]


def _parts(chips):
    return {(chip["sort"], chip["id"]) for chip in chips}


def test_every_chip_changes_the_answer_and_can_be_put_back(client):
    first = client.get("/find.json", params={"q": MISREAD}).json()
    chips = first["understood"]["chips"]
    assert {chip["sort"] for chip in chips} == {
        *("theme", "role", "kind", "near", "not-kind", "stage")
    }
    for chip in chips:
        without = _follow(client, chip["href"])
        part = (chip["sort"], chip["id"])
        assert without["need"] == MISREAD
        assert part not in _parts(without["understood"]["chips"])
        assert _answered(without) != _answered(first), part
        [gone] = without["understood"]["taken_away"]
        assert gone["sort"] == chip["sort"]
        assert _answered(_follow(client, gone["href"])) == _answered(first)
        assert _answered(_follow(client, without["understood"]["undo"])) == _answered(first)


def test_every_suggestion_adds_itself(client):
    need = "a trial of a medicine for asthma in Hasselt"
    first = client.get("/find.json", params={"q": need}).json()
    suggestions = first["understood"]["suggestions"]
    assert {"near", "place"} <= {chip["sort"] for chip in suggestions}
    for chip in suggestions:
        more = _follow(client, chip["href"])
        assert (chip["sort"], chip["id"]) in _parts(more["understood"]["chips"])
        assert _answered(more) != _answered(first)


def test_a_stage_and_a_language_are_chosen_and_unchosen(client):
    first = client.get("/find.json", params={"q": "an app for people with diabetes"}).json()
    market = next(one for one in first["understood"]["stages"] if one["id"] == "market")
    chosen = _follow(client, market["href"])
    assert ("stage", "market") in _parts(chosen["understood"]["chips"])
    assert _answered(chosen) != _answered(first)
    dutch = next(one for one in first["understood"]["languages"] if one["id"] == "nl")
    assert _follow(client, dutch["href"])["language"] == "nl"
    [on] = [one for one in first["understood"]["languages"] if one["is_on"]]
    assert on["id"] == "en"


def test_chips_are_links_with_words_and_the_pages_of_themes_stay_in_reach(client):
    page = client.get("/find", params={"q": MISREAD}).text
    chips = re.findall(r'<a class="chip[^"]*" href="([^"]+)">(.*?)</a>', page)
    assert any("do not look for this" in inner for _, inner in chips)
    assert any("do not leave this out" in inner for _, inner in chips)
    assert 'href="/themes/lung"' in page
    assert 'href="/places/hasselt"' in page


def test_corrections_outlive_other_words_but_the_language_does_not(client):
    kept = {"without": "theme:lung", "with": "role:space", "stage": "idea", "language": "nl"}
    page = client.get("/find", params={"q": "lung", **kept}).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page))
    assert hidden == {"without": "theme:lung", "with": "role:space", "stage": "idea"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"without": "lung"}, "no part of a need"),
        ({"with": "theme:lungs-of-steel"}, "There is no theme"),
        ({"with": "weather:rain"}, "one of: theme, role"),
        ({"stage": "teenage"}, "There is no stage"),
        ({"language": "tlh"}, "not read in the language"),
    ],
)
def test_a_wrong_correction_is_refused_in_a_sentence(client, wrong, says):
    for path in ("/find", "/find.json"):
        answer = client.get(path, params={"q": "lung", **wrong})
        assert answer.status_code == 400
        assert says in answer.text


def test_a_reason_names_the_language_it_is_in(client):
    answer = client.get("/find.json", params={"q": "incubateur santé numérique à Anvers"}).json()
    reasons = [r for group in answer["groups"] for m in group["matches"] for r in m["reasons"]]
    assert answer["language"] == "fr"
    assert {reason["language"] for reason in reasons} <= {"fr", "en"}
    quoted = [r for r in reasons if not r["text"].startswith(SAID_IN_FRENCH)]
    assert any(reason["language"] == "fr" for reason in quoted)
    for reason in reasons:
        assert reason["told"] == (None if reason["language"] == "fr" else "en anglais"), reason


def test_what_is_not_known_in_the_visitors_language_says_which_it_is_in(client):
    page = client.get("/find", params={"q": "nous cherchons MEDVIA"}).text
    assert '<span class="small quiet" lang="fr">(en anglais)</span>' in page


def test_a_page_beyond_the_end_of_the_list_leads_back(client):
    *_, last = client.get("/organisations.json?province=limburg").json()["rows"]
    page = client.get(f"/organisations?province=limburg&after={last['id']}")
    assert page.status_code == 200
    assert "The list ends here" in page.text


def test_a_misspelt_place_is_forgiven(client):
    assert 'href="/places/limburg"' in client.get("/places/limbourgh").text


def test_health(client):
    answer = client.get("/healthz").json()
    assert answer["status"] == "ok"
    assert answer["organisations"] > 100


def test_no_need_is_ever_logged(client, caplog):
    client.get("/find", params={"q": "a very private need"})
    assert "private" not in caplog.text


PITCH = """A clip for inhalers

We look for a hospital lung department for a randomised study with patients with asthma.
We need a contract manufacturer for plastic clips. Money is there: we do not need investors.
"""


def test_a_posted_project_is_answered_and_not_kept(client, caplog):
    page = client.post("/project", data={"text": PITCH})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    assert "Your text asks for it" in page.text
    assert "hospital lung department for a randomised study" in page.text
    assert "clip" not in caplog.text
    data = client.post("/project.json", data={"text": PITCH}).json()
    assert [part["role"] for part in data["parts"]] == ["clinical-validation", "manufacturing"]
    # Whether somebody here makes such clips is the landscape's to say.
    assert data["gaps"] == sum(part["gap"] is not None for part in data["parts"])
    assert ("The desk of this landscape can ask further" in page.text) == bool(data["gaps"])
    assert data["parts"][0]["lead"]["reasons"][0]["notes"]
    for part in data["parts"]:
        for asking in part["asking"]:
            assert " ".join(PITCH[asking["start"] : asking["end"]].split()) == asking["text"]
        assert client.get(part["href"]).status_code == 200


@pytest.mark.parametrize("text", [*ODD_NEEDS.values(), "é" * 20_001], ids=[*ODD_NEEDS, "too long"])
def test_odd_projects_get_a_sensible_page(client, text):
    page = client.post("/project", data={"text": text})
    assert page.status_code == 200
    assert not foreign_scripts(page.text)
    assert 'name="text"' in page.text


def test_a_form_too_large_is_refused_in_a_sentence(client):
    page = client.post("/project", data={"text": "x" * 1_100_000})
    assert page.status_code == 413
    assert "What do you need?" in page.text


def test_other_pages_take_no_forms(client):
    assert client.post("/find", data={"q": "lung"}).status_code == 405


@pytest.mark.parametrize(
    ("typed", "kind", "label"),
    [("uz g", "organisation", "UZ Gent"), ("suikerz", "theme", "suikerziekte")],
)
def test_suggestions_lead_to_pages(client, typed, kind, label):
    answer = client.get("/api/v1/suggest", params={"q": typed})
    assert answer.headers["cache-control"] == "private, no-store"
    items = answer.json()["items"]
    assert 0 < len(items) <= 8
    assert (items[0]["kind"], items[0]["label"]) == (kind, label)
    assert all(client.get(item["href"]).status_code == 200 for item in items)


@pytest.mark.parametrize("typed", ODD_NEEDS.values(), ids=ODD_NEEDS)
def test_anything_may_be_typed(client, typed):
    answer = client.get("/api/v1/suggest", params={"q": typed[:2000]})
    assert len(answer.json()["items"]) <= 8


def test_the_script_is_small(client):
    [script] = re.findall(r'src="(/static/[^"]+\.js)"', client.get("/").text)
    answer = client.get(script)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) <= 3_072


@pytest.mark.parametrize("language", ["", "/nl", "/fr", "/de"])
def test_a_page_speaks_the_language_of_its_address_whatever_the_visitor_writes_in(client, language):
    page = client.get(f"{language}/find", params={"q": "een biobank met longweefsel"})
    assert f'<html lang="{language[1:] or "en"}">' in page.text
    assert f'action="{language}/find"' in page.text
