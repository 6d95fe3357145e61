"""What is understood of a need: what it wants, what it does not, how far along it is, and where."""

import pytest

from baken.model import LANGUAGES, Aspect, Corrections, Excluded
from baken.partners import Matcher
from baken.partners.brief import BriefReader


@pytest.fixture(scope="module")
def reader(shipped_store, shipped_index):
    return BriefReader(shipped_store.landscape(), shipped_index)


@pytest.fixture(scope="module")
def matcher(shipped_store, shipped_index):
    return Matcher(shipped_store, shipped_index)


# -- what is not wanted --------------------------------------------------------------------------

EXCLUDED = {
    "an incubator, not a university": Excluded(kinds=("university",)),
    "geen universiteit maar een fonds": Excluded(kinds=("university",)),
    "un laboratoire, pas d’hôpital": Excluded(kinds=("hospital",)),
    "ein Labor für Zelltherapie, keine Universität": Excluded(kinds=("university",)),
    "no hospitals or universities": Excluded(kinds=("hospital", "university")),
    "no hospitals, universities or shops, an incubator": Excluded(kinds=("hospital", "university")),
    "geen ziekenhuizen of universiteiten": Excluded(kinds=("hospital", "university")),
    "sans universités ni hôpitaux": Excluded(kinds=("university", "hospital")),
    "ni université ni hôpital": Excluded(kinds=("university", "hospital")),
    "keine Kliniken und Universitäten": Excluded(kinds=("hospital", "university")),
    "weder Klinik noch Universität": Excluded(kinds=("hospital", "university")),
    "cancer research except Antwerp": Excluded(places=("antwerp",)),
    "kankeronderzoek in Vlaanderen, niet in Brussel": Excluded(places=("brussels",)),
    "incubateur en Flandre sauf Anvers": Excluded(places=("antwerp",)),
    "ein Inkubator, außer in Brüssel": Excluded(places=("brussels",)),
    "een labo buiten Antwerpen": Excluded(places=("antwerp",)),
    "lung disease but not lung cancer": Excluded(themes=("lung-cancer",)),
    "we zoeken geen geld maar begeleiding": Excluded(roles=("financing",)),
    "an incubator rather than a university": Excluded(kinds=("university",)),
    "we do not want to work with a university": Excluded(kinds=("university",)),
    "nous ne voulons pas travailler avec une université": Excluded(kinds=("university",)),
    "wir wollen nicht mit einer Universität arbeiten": Excluded(kinds=("university",)),
    "een universiteit hoeft niet, wel een incubator": Excluded(kinds=("university",)),
    "Universitäten sind ausgeschlossen": Excluded(kinds=("university",)),
    "no university and a lab in Ghent": Excluded(kinds=("university",)),
    "not a university hospital but a regional hospital": Excluded(kinds=("university-hospital",)),
    "not KU Leuven, a lab for immunology": Excluded(organisations=("ku-leuven",)),
    "a partner for diabetes without clinical trials": Excluded(
        themes=("clinical-trials",), roles=("clinical-validation",)
    ),
}


@pytest.mark.parametrize("text", EXCLUDED)
def test_negations_reach_as_far_as_they_are_meant(reader, text):
    need = reader.read(text).need
    assert need.excluded == EXCLUDED[text]
    said = {aspect.id for aspect in need.aspects() if not aspect.sort.startswith("not-")}
    unsaid = {aspect.id for aspect in need.aspects() if aspect.sort.startswith("not-")}
    assert said.isdisjoint(unsaid)


NOT_EXCLUDED = {
    "not only a university but also a hospital": {"university", "hospital"},
    "niet alleen een universiteit": {"university"},
    "nicht nur eine Universität": {"university"},
    "pas seulement une université": {"university"},
    "no experience yet, need coaching": {"coaching"},
    "no idea about regulation": {"regulation"},
    "no partner for clinical trials": {"clinical-validation"},
    "we have no laboratory": {"laboratory"},
    "wij hebben nog geen labo": {"laboratory"},
    "nous n’avons pas de laboratoire": {"laboratory"},
    "weil wir kein Labor haben": {"laboratory"},
    "without our own lab": {"laboratory"},
    "not far from Ghent": {"ghent"},
    "niet ver van Hasselt": {"hasselt"},
    "niet-kleincellige longkanker": {"lung-cancer"},
    "non-small cell lung cancer": {"lung-cancer"},
    "capteur sans fil pour hôpital": {"hospital"},
    "monitoring without hospital visits": {"hospital"},
    "treat them at home, not in a hospital": {"hospital"},
    "patients who do not need to go to the hospital": {"hospital"},
}


@pytest.mark.parametrize("text", NOT_EXCLUDED)
def test_what_only_looks_like_a_negation_takes_nothing_back(reader, text):
    need = reader.read(text).need
    assert need.excluded == Excluded()
    assert NOT_EXCLUDED[text] <= {aspect.id for aspect in need.aspects()}


@pytest.mark.parametrize("text", ["we are not a hospital", "wij zijn geen ziekenhuis"])
def test_what_visitors_are_not_is_neither_asked_for_nor_left_out(reader, text):
    assert reader.read(text).need.aspects() == ()


def test_what_is_not_wanted_is_not_shown(matcher, shipped_store):
    need = "research on cell therapy for cancer"
    plain = {match.id for match in matcher.find(need, limit=30).matches}
    organisations = {o.id: o for o in shipped_store.organisations()}
    without = matcher.find(f"{need}, no hospitals or universities, not in Brussels", limit=30)
    assert plain - {match.id for match in without.matches}
    for match in without.matches:
        organisation = organisations[match.id]
        assert organisation.kind not in {"hospital", "university-hospital", "university"}
        assert organisation.province_id != "brussels"
        if organisation.kind in {"department", "research-group", "laboratory"}:
            kinds = {organisations[above].kind for above in organisation.part_of}
            assert kinds.isdisjoint({"hospital", "university-hospital", "university"})


def test_nobody_is_shown_for_a_role_that_is_not_wanted(matcher):
    answer = matcher.find("a partner for start-ups in health, no financing", limit=30)
    assert answer.matches
    assert all("financing" not in match.roles for match in answer.matches)


def test_who_is_not_wanted_is_not_named_beside_the_list_either(matcher, shipped_store):
    organisations = {o.id: o for o in shipped_store.organisations()}
    text = "a lung department"
    plain = matcher.find(text, limit=5)
    missed = matcher.find(f"{text} in Hasselt", limit=5).nearest_miss.match.id
    unwanted = (*(match.id for match in plain.matches[:2]), missed)
    out = tuple(Aspect("not-organisation", identity) for identity in unwanted)
    places = (Aspect("not-place", "leuven"), Aspect("not-role", "clinical-validation"))
    for place in ("", " in Hasselt"):
        for only in ({}, {"role": "research"}, {"province": "limburg"}):
            answer = matcher.find(
                text + place, limit=5, corrections=Corrections(wanted=(*out, *places)), **only
            )
            beside = [one.match for one in (*answer.also, answer.nearest_miss) if one is not None]
            for match in (*answer.matches, *beside):
                shown = organisations[match.id]
                assert {match.id, *shown.part_of}.isdisjoint(unwanted)
                assert shown.place_id != "leuven"
                assert set(shown.roles) != {"clinical-validation"}


# -- stages --------------------------------------------------------------------------------------

STAGES = {
    "idea": (
        "we only have an idea for a diabetes app",
        "we hebben enkel een idee voor een app",
        "nous n’avons qu’une idée d’application",
        "wir haben nur eine Idee für eine App",
    ),
    "prototype": (
        "our prototype is ready to be tried out",
        "prototype klaar voor een test",
        "notre prototype est prêt à être essayé",
        "unser Prototyp ist bereit für einen Test",
    ),
    "clinical": (
        "sites for a phase II study in asthma",
        "een klinische studie bij patiënten met astma",
        "un essai clinique de phase II",
        "eine klinische Prüfung mit einem Prototyp",
    ),
    "market": (
        "CE-marked and looking for distribution",
        "ons toestel is CE-gemarkeerd, we zoeken een verdeler",
        "notre appareil est marqué CE, nous cherchons un distributeur",
        "unser Gerät ist CE-zertifiziert, wir suchen einen Vertriebspartner",
    ),
}


@pytest.mark.parametrize(("stage", "text"), [(s, t) for s in STAGES for t in STAGES[s]])
def test_a_stage_is_read_in_four_languages(reader, stage, text):
    assert reader.read(text).need.stage == stage


@pytest.mark.parametrize(
    "text",
    [
        "a biobank with kidney tissue",
        "any idea who does lungs?",
        "we have no prototype yet",
        "we hebben nog geen prototype",
        "pas encore de prototype",
        "noch kein Prototyp",
    ],
)
def test_no_stage_is_made_up(reader, text):
    assert reader.read(text).need.stage is None


def test_a_stage_favours_whom_it_needs_a_little(matcher, shipped_store):
    text = "an app for people with diabetes"
    stages = {
        stage: matcher.find(text, limit=30, corrections=Corrections(stage=stage))
        for stage in shipped_store.landscape().vocabulary.stages
    }
    orders = {tuple(match.id for match in answer.matches) for answer in stages.values()}
    assert len(orders) > 1
    for answer in stages.values():
        assert all(match.signals.get("stage", 0) <= 0.06 for match in answer.matches)


# -- places --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "lab space near Hasselt",
        "laboruimte in de buurt van Hasselt",
        "un laboratoire près de Hasselt",
        "Laborräume in der Nähe von Hasselt",
    ],
)
def test_near_is_read_in_four_languages(reader, text):
    need = reader.read(text).need
    assert (need.places, need.near) == (("hasselt",), ("hasselt",))


def test_near_widens_and_in_stays_where_it_is(matcher, shipped_store):
    in_genk = {o.id for o in shipped_store.organisations() if o.place_id == "genk"}
    near, strict = (
        {match.id: match for match in matcher.find(f"cardiology {word} Hasselt", limit=30).matches}
        for word in ("near", "in")
    )
    assert in_genk & near.keys()
    for identity in in_genk & near.keys():
        assert near[identity].signals["place"] > 0
        assert "Hasselt" not in near[identity].missing
    for identity in in_genk & strict.keys():
        assert strict[identity].signals["place"] == 0
        assert "Hasselt" in strict[identity].missing


def test_near_a_province_is_next_to_it(shipped_store):
    around = shipped_store.landscape().nearby("limburg", 20)
    provinces = {shipped_store.landscape().province_of(place) for place in around}
    assert "flemish-brabant" in provinces
    assert "limburg" not in provinces
    assert "west-flanders" not in provinces


# -- languages beyond the four -------------------------------------------------------------------

ELSEWHERE = {
    "ensayo clínico para cáncer de pulmón en un hospital": "es",
    "szukamy szpitala do badania klinicznego raka płuc": "pl",
}


@pytest.mark.parametrize("text", ELSEWHERE)
def test_other_languages_are_answered_by_meaning_and_in_english(matcher, text):
    answer = matcher.find(text)
    assert answer.need.language == ELSEWHERE[text]
    assert ELSEWHERE[text] not in LANGUAGES
    assert any(word in match.id for match in answer.matches[:2] for word in ("resp", "thoracic"))
    assert all(reason.language == "en" for match in answer.matches for reason in match.reasons)


# -- corrections ---------------------------------------------------------------------------------

MISREAD = "a biobank with lung tissue near Hasselt, not a university"


def test_every_part_that_was_read_can_be_taken_away_and_put_back(reader):
    read = reader.read(MISREAD).need
    assert {aspect.sort for aspect in read.aspects()} == {
        *("theme", "role", "kind", "near", "not-kind")
    }
    for aspect in read.aspects():
        corrections = Corrections().removing(aspect)
        assert aspect not in reader.read(MISREAD, corrections).need.aspects()
        assert corrections.adding(aspect) == Corrections()


def test_what_was_not_read_can_be_added(reader):
    added = (
        *(Aspect("theme", "kidney"), Aspect("role", "space"), Aspect("kind", "cluster")),
        *(Aspect("place", "ghent"), Aspect("near", "leuven"), Aspect("not-place", "brussels")),
        *(Aspect("not-role", "coaching"), Aspect("not-theme", "asthma")),
    )
    need = reader.read("a biobank", Corrections(wanted=added)).need
    assert set(added) <= set(need.aspects())
    assert need.places == ("ghent", "leuven")


def test_words_of_a_theme_that_was_taken_away_count_no_longer(reader):
    corrections = Corrections(unwanted=(Aspect("theme", "lung"),))
    brief = reader.read("lung cell therapy", corrections)
    assert "lung" not in brief.themes
    assert [word.folded for word in brief.words] == ["cell", "therapy"]


def test_what_is_turned_down_is_not_asked_for_as_well(reader):
    turned_down = (Aspect("not-kind", "hospital"), Aspect("not-place", "ghent"))
    corrections = Corrections(wanted=turned_down)
    need = reader.read("a hospital or an incubator near Ghent", corrections).need
    assert (need.kinds, need.places, need.near) == (("incubator",), (), ())
    assert need.excluded == Excluded(kinds=("hospital",), places=("ghent",))


def test_another_language_reads_the_words_anew(reader):
    assert "lung" not in reader.read("long", Corrections(language="en")).need.themes
    assert "lung" in reader.read("long", Corrections(language="nl")).need.themes


def test_a_stage_can_be_corrected_and_taken_away(reader):
    text = "our prototype of a walking aid"
    assert reader.read(text, Corrections(stage="market")).need.stage == "market"
    assert reader.read(text, Corrections(stage="none")).need.stage is None
