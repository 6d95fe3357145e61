"""What `Store` promises, on every database it runs on."""

import contextlib
import datetime
import inspect
import itertools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baken.errors import NotFoundError, StoreError
from baken.model import (
    PREDICATES,
    Audience,
    Citation,
    Coordinates,
    Figure,
    FormerName,
    Identifier,
    Milestone,
    Offer,
    Relation,
    Status,
    Translations,
    Value,
    Visibility,
    state,
)
from baken.store import (
    Facets,
    Filter,
    StillStore,
    Store,
    SyncReport,
    Totals,
    open_store,
    statement_store,
)
from baken.store.opening import find_database
from baken.testing import DAY, describe, make_citation, make_landscape, make_statement

NEXT_DAY = DAY + datetime.timedelta(days=1)
LATER = DAY + datetime.timedelta(days=30)
INTERNAL, PUBLIC = Visibility.INTERNAL, Visibility.PUBLIC

on_each_store = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""Examples share a store: each replaces what the one before said."""


def ids(organisations):
    return [organisation.id for organisation in organisations]


def said(store, **given):
    return list(store.statements(**given))


def everything_read(store, audience, statement_ids=(), organisation_ids=()):
    """What every read method gives to an audience, by the method's name."""
    return {
        "statements": [
            list(store.statements(subject, audience=audience, history=history))
            for subject in (None, *(f"organisations/{one}" for one in organisation_ids))
            for history in (False, True)
        ],
        "by_id": store.by_id(statement_ids, audience=audience),
        "said": store.said("theme", audience=audience),
        "organisation": [store.organisation(one, audience=audience) for one in organisation_ids],
        "organisations": list(store.organisations(audience=audience)),
        "incoming": [store.incoming(one, audience=audience) for one in organisation_ids],
        "facets": store.facets(audience=audience),
        "by_place": store.by_place(audience=audience),
        "count": store.count(audience=audience),
        "publishers": store.publishers(audience=audience),
        "totals": store.totals(audience=audience),
        "changes": store.changes(50, audience=audience),
        **({"names": store.names()} if audience is Audience.PUBLIC else {}),
    }


# -- an empty store ------------------------------------------------------------------------------


def test_an_empty_store_answers_everything(store):
    assert store.revision() == 0
    assert store.fingerprint("feed") is None
    assert said(store) == []
    assert store.by_id(["0" * 20]) == {}
    assert store.organisation("imec") is None
    assert list(store.organisations()) == []
    assert store.incoming("imec") == ()
    assert store.names() == {}
    assert store.facets() == Facets({}, {}, {}, {})
    assert store.totals() == Totals(organisations=0, statements=0, as_of=None)
    with pytest.raises(StoreError, match="holds no landscape"):
        store.landscape()


# -- sync and history ----------------------------------------------------------------------------


def test_what_is_synced_comes_back_as_it_was(store):
    statements = [*describe("imec", name="imec", place="leuven", themes=["oncology"])]
    report = store.sync("feed", statements, on=DAY)
    assert report == SyncReport(added=4, kept=0, retired=0, returned=0)
    assert said(store) == statements


def test_a_sync_says_what_it_changed(store):
    kept, dropped, new = (make_statement("imec", "alias", text) for text in ("a", "b", "c"))
    store.sync("feed", [kept, dropped], on=DAY)
    assert store.sync("feed", [kept, new], on=NEXT_DAY) == SyncReport(1, 1, 1, 0)
    assert said(store) == [kept, new]
    assert store.sync("feed", [kept, dropped, new], on=LATER) == SyncReport(0, 2, 0, 1)


def test_what_is_not_said_any_more_is_retired_and_kept(store):
    gone = make_statement("imec", "alias", "IMEC vzw")
    store.sync("feed", [gone], on=DAY)
    store.sync("feed", [], on=NEXT_DAY)
    retired = msgspec.structs.replace(gone, retired=NEXT_DAY)
    assert said(store) == []
    assert said(store, history=True) == [retired]
    assert store.by_id([gone.id]) == {gone.id: retired}


def test_the_day_of_retirement_is_the_first_without_it(store):
    gone = make_statement("imec", "alias", "IMEC vzw")
    store.sync("feed", [gone], on=DAY)
    store.sync("feed", [], on=NEXT_DAY)
    assert store.sync("feed", [], on=LATER) == SyncReport(0, 0, 0, 0)
    assert said(store, history=True)[0].retired == NEXT_DAY


def test_what_returns_stands_again_and_keeps_its_first_day(store):
    first, again = (
        make_statement("imec", "alias", "x", citation=make_citation(retrieved=day))
        for day in (DAY, LATER)
    )
    store.sync("feed", [first], on=DAY)
    store.sync("feed", [], on=NEXT_DAY)
    assert store.sync("feed", [again], on=LATER) == SyncReport(0, 0, 0, 1)
    (statement,) = said(store)
    assert (statement.first_seen, statement.last_seen) == (DAY, LATER)
    assert statement.retired is None


def test_last_seen_never_goes_back(store):
    newer, older = (
        make_statement("imec", "alias", "x", citation=make_citation(retrieved=day))
        for day in (LATER, DAY)
    )
    store.sync("feed", [newer], on=LATER)
    store.sync("feed", [older], on=LATER)
    (statement,) = said(store)
    assert (statement.first_seen, statement.last_seen) == (DAY, LATER)


def test_a_page_read_again_is_cited_as_it_is_now(store):
    before = make_citation(title="About", span="the old words")
    after = make_citation(title="About us", span=None, retrieved=LATER, licence="CC0-1.0")
    store.sync("feed", [make_statement("imec", "alias", "x", citation=before)], on=DAY)
    report = store.sync("feed", [make_statement("imec", "alias", "x", citation=after)], on=LATER)
    assert report.kept == 1
    assert [statement.citation for statement in said(store)] == [after]


def test_a_repeated_id_counts_once_and_the_first_is_kept(store):
    first = make_statement("imec", "alias", "x", citation=make_citation(span="first"))
    again = make_statement("imec", "alias", "x", citation=make_citation(span="second"))
    far = [make_statement(f"o{number}", "alias", "x") for number in range(6_000)]
    report = store.sync("feed", [first, again, *far, again], on=DAY)
    assert report == SyncReport(added=6_001, kept=0, retired=0, returned=0)
    assert said(store, subject="organisations/imec") == [first]
    assert store.sync("feed", [first, again, *far, again], on=DAY).kept == 6_001


def test_values_keep_the_order_of_their_source(store):
    texts = ["c", "a", "b"]
    store.sync("feed", [make_statement("imec", "alias", text) for text in texts], on=DAY)
    assert [statement.value for statement in said(store)] == texts
    reordered = ["b", "c", "a"]
    store.sync("feed", [make_statement("imec", "alias", text) for text in reordered], on=DAY)
    assert [statement.value for statement in said(store)] == reordered


def test_all_statements_come_grouped_by_subject(store):
    one, two = (list(describe(one)) for one in ("a", "b"))
    mixed = [statement for pair in zip(two, one, strict=True) for statement in pair]
    store.sync("feed", mixed, on=DAY)
    assert said(store) == [*one, *two]
    assert said(store, subject="organisations/b") == two


def test_every_statement_of_many_subjects_is_given_once(store):
    many = [statement for number in range(1_203) for statement in describe(f"o{number:04}")]
    store.sync("feed", many, on=DAY)
    assert said(store) == many
    assert ids(store.organisations()) == [f"o{number:04}" for number in range(1_203)]
    assert len(list(store.organisations(limit=700))) == 700


def test_progress_ends_with_the_number_of_statements(store):
    seen = []
    many = (make_statement(f"o{number}", "alias", "x") for number in range(12_345))
    store.sync("feed", many, on=DAY, progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert seen[-1] == 12_345


def test_landscape_fingerprint_and_revision_are_kept(store):
    store.sync("feed", [], on=DAY, landscape=make_landscape(), fingerprint="f1")
    assert (store.revision(), store.fingerprint("feed")) == (1, "f1")
    store.sync("other", [], on=DAY, fingerprint="g1")
    assert (store.revision(), store.fingerprint("feed"), store.fingerprint("other")) == (
        2,
        "f1",
        "g1",
    )
    assert store.landscape() == make_landscape()
    renamed = msgspec.structs.replace(make_landscape(), version="2")
    store.sync("feed", [], on=DAY, landscape=renamed)
    assert store.landscape() == renamed
    assert store.fingerprint("feed") is None
    assert store.revision() == 3


def test_a_store_is_the_same_when_it_is_opened_again(url):
    with open_store(url) as store:
        store.sync("feed", describe("imec", place="leuven"), on=DAY, landscape=make_landscape())
        before = everything_read(store, Audience.AGENCY, organisation_ids=["imec"])
    for read_only in (True, False):
        with open_store(url, read_only=read_only) as store:
            assert everything_read(store, Audience.AGENCY, organisation_ids=["imec"]) == before
            assert store.landscape() == make_landscape()


# -- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_sync_leaves_the_store_as_it_was(store, interruption):
    def broken():
        for number in range(7_000):
            yield make_statement(f"new-{number}", "alias", "x")
        raise interruption

    store.sync("feed", describe("imec"), on=DAY, landscape=make_landscape(), fingerprint="f1")
    before = everything_read(store, Audience.AGENCY, organisation_ids=["imec", "new-1"])
    for source in ("feed", "other"):
        with pytest.raises(interruption):
            store.sync(source, broken(), on=LATER, fingerprint="f2")
    assert everything_read(store, Audience.AGENCY, organisation_ids=["imec", "new-1"]) == before
    assert (store.revision(), store.fingerprint("feed")) == (1, "f1")
    assert store.sync("feed", describe("imec"), on=LATER).kept == 2


def test_a_closed_store_says_so(store):
    store.close()
    for use in (store.revision, lambda: store.sync("feed", [], on=DAY), lambda: said(store)):
        with pytest.raises(StoreError, match="closed"):
            use()


def test_closing_twice_and_reading_on_are_harmless(store):
    store.sync("feed", [*describe("a"), *describe("b")], on=DAY)
    reading = store.statements()
    assert next(reading).subject == "organisations/a"
    store.close()
    store.close()
    assert [statement.subject for statement in reading][-1] == "organisations/b"


def test_a_read_only_store_refuses_to_change(url):
    with open_store(url):
        pass
    with open_store(url, read_only=True) as store:
        assert store.revision() == 0
        with pytest.raises(StoreError, match="read-only"):
            store.sync("feed", [], on=DAY)


def test_a_connection_for_reading_cannot_change_anything(store, url):
    store.sync("feed", describe("imec"), on=DAY)
    with (
        contextlib.closing(find_database(url, read_only=False)) as database,
        pytest.raises(StoreError),
        database.reading() as session,
    ):
        session.execute("forget_organisations")
    assert store.names() == {"imec": "imec"}


# -- several sources -----------------------------------------------------------------------------


def test_sources_do_not_touch_each_other(store):
    store.sync("one", describe("a"), on=DAY)
    store.sync("two", describe("b"), on=DAY)
    store.sync("one", [], on=NEXT_DAY)
    assert ids(store.organisations()) == ["b"]


def test_a_claim_of_two_sources_is_one_statement_until_both_drop_it(store):
    early = make_statement("imec", "alias", "x", citation=make_citation(retrieved=DAY))
    late = make_statement("imec", "alias", "x", citation=make_citation(retrieved=LATER))
    assert early.id == late.id
    store.sync("one", [*describe("imec"), early], on=DAY)
    assert store.sync("two", [late], on=LATER).added == 1
    both = msgspec.structs.replace(early, last_seen=LATER)
    assert said(store, subject="organisations/imec")[-1] == both
    assert store.by_id([early.id]) == {early.id: both}
    assert store.organisation("imec").aliases[0].statements == (both,)
    assert store.totals().statements == 3

    store.sync("one", describe("imec"), on=LATER)
    assert store.by_id([early.id]) == {early.id: late}
    assert [s.id for s in said(store, history=True)].count(early.id) == 1
    assert store.totals().statements == 3

    store.sync("two", [], on=LATER + datetime.timedelta(days=1))
    assert store.totals().statements == 2
    (gone,) = (s for s in said(store, history=True) if s.retired)
    assert (gone.first_seen, gone.last_seen) == (DAY, LATER)
    assert gone.retired == LATER + datetime.timedelta(days=1)


def test_two_sources_saying_the_same_differently_both_stand(store):
    landscape, register = make_citation("Agency"), make_citation("Register", published="2026-01")
    store.sync("one", describe("imec", name="imec", citation=landscape), on=DAY)
    store.sync("two", describe("imec", name="imec", citation=register, place="leuven"), on=DAY)
    organisation = store.organisation("imec")
    (name,) = organisation.names
    assert set(name.citations) == {landscape, register}
    assert organisation.place_id == "leuven"
    assert store.facets().kinds == {"research-centre": 1}
    assert store.totals().organisations == 1


def test_sources_come_in_the_order_in_which_they_first_came(store):
    for source in ("zulu", "alpha"):
        store.sync(source, [make_statement("imec", "alias", source)], on=DAY)
    store.sync("zulu", [make_statement("imec", "alias", "zulu")], on=LATER)
    assert [statement.value for statement in said(store)] == ["zulu", "alpha"]


# -- who is looking ------------------------------------------------------------------------------


OTHER = Citation("Other", "https://other.example.org", LATER)
DROPPED = make_statement("unit", "alias", "secret", visibility=INTERNAL)


def internal_and_public():
    """Public and internal statements that meet in every way there is."""
    return [
        *describe("open", name="Open", place="leuven", themes=["oncology"], roles=["space"]),
        *describe("hidden", name="Hidden", place="ghent", themes=["secret"], visibility=INTERNAL),
        *describe("unit", part_of="hidden"),
        *describe("hidden-unit", part_of="hidden", visibility=INTERNAL),
        *describe("half", kind=None),
        make_statement("half", "kind", "biobank", visibility=INTERNAL),
        make_statement("open", "kind", "hospital", visibility=INTERNAL),
        make_statement("open", "name", "A secret name", language="en", visibility=INTERNAL),
        make_statement("open", "place", "ghent", visibility=INTERNAL),
        make_statement("open", "theme", "secret", visibility=INTERNAL),
        make_statement("open", "theme", "oncology", citation=OTHER, visibility=INTERNAL),
        make_statement("open", "offer", Offer("samples-and-data", "secret"), visibility=INTERNAL),
        make_statement("open", "relation", Relation("part-of", "hidden"), visibility=INTERNAL),
        make_statement("hidden", "relation", Relation("works-with", "open"), visibility=INTERNAL),
        make_statement("unit", "relation", Relation("works-with", "open")),
        DROPPED,
    ]


SUBJECTS = ["open", "hidden", "unit", "hidden-unit", "half"]


def test_the_public_reads_a_store_without_internal_statements(new_url):
    """Every read method answers the public as if internal statements had never been stored."""
    statements = internal_and_public()
    public = [statement for statement in statements if statement.visibility is PUBLIC]
    every_id = [statement.id for statement in statements]
    with open_store(new_url()) as full, open_store(new_url()) as bare:
        for store, these in ((full, statements), (bare, public)):
            store.sync("feed", these, on=DAY, landscape=make_landscape())
            store.sync("feed", (one for one in these if one is not DROPPED), on=NEXT_DAY)
        seen, expected = (
            everything_read(store, Audience.PUBLIC, every_id, SUBJECTS) for store in (full, bare)
        )
        agency = everything_read(full, Audience.AGENCY, every_id, SUBJECTS)
    assert seen == expected
    assert "ecret" not in str(seen)
    assert all(agency[method] != seen[method] for method in agency)


def test_no_read_method_is_left_out_of_the_test_above(store):
    methods = {name for name, _ in inspect.getmembers(Store, inspect.isfunction)}
    asked = everything_read(store, Audience.PUBLIC)
    of_the_store_itself = {"sync", "close", "landscape", "fingerprint", "revision"}
    assert {name for name in methods if not name.startswith("_")} - of_the_store_itself == set(
        asked
    )


@on_each_store
@given(
    visibilities=st.lists(st.sampled_from([PUBLIC, INTERNAL]), min_size=16, max_size=16),
    filter_=st.sampled_from(
        [Filter(), Filter(kinds=("biobank",)), Filter(themes=("oncology", "secret"))]
    ),
)
def test_the_public_never_sees_an_internal_statement(store, visibilities, filter_):
    statements = [
        msgspec.structs.replace(statement, visibility=visibility)
        for statement, visibility in zip(internal_and_public(), visibilities, strict=False)
    ]
    public = [statement for statement in statements if statement.visibility is PUBLIC]
    reads = []
    for these in (statements, public):
        store.sync("feed", these, on=DAY)
        reads.append(
            (
                said(store),
                list(store.organisations(filter_)),
                [store.incoming(one) for one in SUBJECTS],
                store.names(),
                store.facets(filter_),
                store.totals(),
            )
        )
    assert reads[0] == reads[1]


def test_the_agency_sees_internal_organisations_in_their_place(store):
    store.sync("feed", internal_and_public(), on=DAY, landscape=make_landscape())
    found = {one.id: one for one in store.organisations(audience=Audience.AGENCY)}
    assert list(found) == ["half", "hidden", "hidden-unit", "open", "unit"]
    assert found["hidden-unit"].located_through == "hidden"
    assert found["unit"].place_id is None
    assert store.facets(audience=Audience.AGENCY).themes == {"secret": 2, "oncology": 1}


def test_a_statement_that_becomes_internal_is_not_shown_any_more(store):
    store.sync("feed", describe("imec", place="leuven"), on=DAY)
    store.sync("feed", describe("imec", place="leuven", visibility=INTERNAL), on=DAY)
    assert store.names() == {}
    assert store.organisation("imec") is None
    assert said(store) == []
    assert store.organisation("imec", audience=Audience.AGENCY).place_id == "leuven"


def test_a_claim_that_one_source_makes_in_public_is_public(store):
    store.sync("one", describe("imec", visibility=INTERNAL), on=DAY)
    store.sync("two", describe("imec"), on=DAY)
    assert store.names() == {"imec": "imec"}
    visibilities = {
        s.visibility for s in store.organisation("imec", audience=Audience.AGENCY).statements
    }
    assert visibilities == {PUBLIC}


# -- organisations, filters, facets --------------------------------------------------------------


@pytest.fixture
def filled(store):
    """Six organisations with kinds, places, themes and roles to choose by."""
    statements = itertools.chain(
        describe("a", kind="biobank", place="leuven", themes=["biobanking"], roles=["space"]),
        describe("b", kind="biobank", place="ghent", themes=["oncology"], roles=["space"]),
        describe("c", kind="hospital", place="ghent", themes=["oncology", "biobanking"]),
        describe("d", kind="hospital", place="liege", roles=["space", "research"]),
        describe("e", kind="incubator", place="tienen", roles=["space"]),
        describe("f", kind="incubator"),
        [make_statement("f", "offer", Offer("coaching", "Coaches.", ("oncology",)))],
        [make_statement("g", "alias", "has neither name nor kind")],
    )
    store.sync("feed", statements, on=DAY, landscape=make_landscape())
    return store


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (Filter(), "abcdef"),
        (Filter(kinds=("biobank",)), "ab"),
        (Filter(kinds=("biobank", "hospital")), "abcd"),
        (Filter(provinces=("flemish-brabant",)), "ae"),
        (Filter(themes=("oncology",)), "bcf"),
        (Filter(roles=("space",)), "abde"),
        (Filter(kinds=("biobank", "hospital"), themes=("oncology",)), "bc"),
        (Filter(kinds=("hospital",), provinces=("east-flanders",), themes=("biobanking",)), "c"),
        (Filter(kinds=()), ""),
        (Filter(kinds=("no-such",)), ""),
    ],
)
def test_filters_choose(filled, only, expected):
    assert ids(filled.organisations(only)) == list(expected)


def test_facets_count_all_organisations(filled):
    assert filled.facets() == Facets(
        kinds={"biobank": 2, "hospital": 2, "incubator": 2},
        provinces={"east-flanders": 2, "flemish-brabant": 2},
        themes={"oncology": 3, "biobanking": 2},
        roles={"space": 4, "coaching": 1, "research": 1},
    )
    assert list(filled.facets().roles) == ["space", "coaching", "research"]


def test_a_facet_counts_under_all_filters_but_its_own(filled):
    assert filled.facets(Filter(kinds=("biobank",), roles=("space",))) == Facets(
        kinds={"biobank": 2, "hospital": 1, "incubator": 1},
        provinces={"east-flanders": 1, "flemish-brabant": 1},
        themes={"biobanking": 1, "oncology": 1},
        roles={"space": 2},
    )


def test_a_term_counts_once_for_an_organisation(filled):
    twice = [make_statement("f", "theme", "oncology", citation=OTHER)]
    filled.sync("other", twice, on=DAY)
    assert filled.facets().themes["oncology"] == 3


def test_what_is_retired_is_not_counted(store):
    before = describe("a", place="ghent", themes=["oncology"], roles=["space"])
    store.sync("feed", before, on=DAY, landscape=make_landscape())
    store.sync("feed", describe("a"), on=LATER)
    assert store.facets() == Facets({"research-centre": 1}, {}, {}, {})
    assert list(store.organisations(Filter(themes=("oncology",)))) == []


def test_facets_agree_with_filters(filled):
    for field, counts in msgspec.structs.asdict(filled.facets()).items():
        for term, count in counts.items():
            assert len(list(filled.organisations(Filter(**{field: (term,)})))) == count


def test_publishers_are_counted_by_what_stands(filled):
    counted = Counter(statement.citation.publisher for statement in filled.statements())
    assert filled.publishers() == counted
    assert list(filled.publishers().values()) == sorted(counted.values(), reverse=True)


def test_a_large_store_counts_as_a_small_one_does(filled, monkeypatch):
    wanted = filled.facets()
    filters = [Filter(), Filter(kinds=("no-such-kind",))]
    filters += [Filter(kinds=(kind,)) for kind in wanted.kinds]
    filters += [Filter(themes=tuple(wanted.themes), roles=(role,)) for role in wanted.roles]
    filters += [Filter(provinces=(province,)) for province in wanted.provinces]

    def counted():
        return [
            {name: list(found.items()) for name, found in msgspec.structs.asdict(facets).items()}
            | {"places": list(places.items()), "count": filled.count(only, audience=audience)}
            | {
                str((after, limit)): ids(
                    filled.organisations(only, after=after, limit=limit, audience=audience)
                )
                for after, limit in ((None, 1), (None, 3), ("b", 2), (None, 50))
            }
            for audience in Audience
            for only in filters
            for facets in [filled.facets(only, audience=audience)]
            for places in [filled.by_place(only, audience=audience)]
        ]

    small = counted()
    monkeypatch.setattr(statement_store, "_FEW", 0)
    assert counted() == small


def test_what_is_said_by_one_predicate_comes_by_subject(filled):
    assert filled.said("theme") == tuple(s for s in said(filled) if s.predicate == "theme")
    assert filled.said("no-such-predicate") == ()


def test_a_still_store_says_again_what_it_said(filled):
    still = StillStore(filled)
    only = Filter(roles=("space",))
    before = ids(still.organisations(only, limit=5)), still.names(iter(["a"])), still.revision()
    filled.sync("feed", describe("a", name="Changed"), on=LATER)
    assert (
        ids(still.organisations(only, limit=5)),
        still.names(iter(["a"])),
        still.revision(),
    ) == before
    assert still.names(["b"]) == {}


def test_totals_count_what_stands(filled):
    totals = filled.totals()
    assert totals.organisations == 6
    assert totals.statements == len(said(filled))
    assert totals.as_of == DAY
    filled.sync("feed", describe("a", citation=OTHER), on=LATER)
    assert filled.totals() == Totals(organisations=1, statements=2, as_of=LATER)


def test_pages_join_up(filled):
    pages, after = [], None
    while page := ids(filled.organisations(after=after, limit=4)):
        pages.append("".join(page))
        after = page[-1]
    assert pages == ["abcd", "ef"]
    only = Filter(roles=("space",))
    assert ids(filled.organisations(only, after="a", limit=2)) == ["b", "d"]
    assert ids(filled.organisations(only, after="c")) == ["d", "e"]
    assert ids(filled.organisations(limit=0)) == []


def test_a_page_after_nothing_known_is_refused(filled):
    with pytest.raises(NotFoundError, match=r"no organisation “gone”"):
        list(filled.organisations(after="gone"))


def test_organisations_by_id_come_ordered_and_filtered(filled):
    assert ids(filled.organisations(ids=["e", "nobody", "a", "b", "a"])) == ["a", "b", "e"]
    assert ids(filled.organisations(Filter(kinds=("biobank",)), ids=["e", "b"])) == ["b"]
    assert ids(filled.organisations(ids=["a", "b", "e"], after="a", limit=1)) == ["b"]
    assert ids(filled.organisations(ids=[])) == []


def test_organisations_are_read_in_part(filled):
    [b] = filled.organisations(ids=["b"], predicates=("kind", "name", "theme"))
    assert (b.kind, b.theme_ids, b.offers, b.places) == ("biobank", ("oncology",), (), ())
    assert (b.place_id, b.province_id) == ("ghent", "east-flanders")
    whole = filled.organisation("b")
    assert (b.names, b.themes) == (whole.names, whole.themes)


def test_places_are_counted(filled):
    assert list(filled.by_place().items()) == [
        ("ghent", 2),
        ("leuven", 1),
        ("liege", 1),
        ("tienen", 1),
    ]
    assert filled.by_place(Filter(kinds=("biobank",))) == {"ghent": 1, "leuven": 1}


def test_names_are_display_names(store):
    statements = [
        make_statement("kul", "name", "KU Leuven", language="nl"),
        *describe("kul", name="University of Leuven"),
        *describe("other"),
    ]
    store.sync("feed", statements, on=DAY)
    assert store.names() == {"kul": "University of Leuven", "other": "other"}
    assert store.names(["kul", "nobody"]) == {"kul": "University of Leuven"}
    assert store.names([]) == {}
    assert store.organisation("kul").name() == "University of Leuven"


def test_order_folds_case_and_accents(store):
    names = [
        "Zebra",
        "éclair",
        "Eclat",
        "ÅNGSTRÖM",
        "angstrom lab",
        "Ølgod",
        "olga",
        "日本",
        "same",
    ]
    statements = [s for number, name in enumerate(names) for s in describe(f"o{number}", name=name)]
    store.sync("feed", [*statements, *describe("again", name="SAME")], on=DAY)
    assert [one.name() for one in store.organisations()] == [
        "ÅNGSTRÖM",
        "angstrom lab",
        "éclair",
        "Eclat",
        "olga",
        "Ølgod",
        "SAME",
        "same",
        "Zebra",
        "日本",
    ]


def test_incoming_relations(store):
    statements = [
        *describe("hub"),
        *describe("b", part_of="hub"),
        *describe("a", located_at="hub", part_of="b"),
        make_statement("hub", "relation", Relation("works-with", "hub")),
        make_statement("a", "relation", Relation("works-with", None, "Hub by name")),
        make_statement("a", "alias", "hub"),
    ]
    store.sync("feed", statements, on=DAY)
    assert [(s.subject, s.value) for s in store.incoming("hub")] == [
        ("organisations/a", Relation("located-at", "hub")),
        ("organisations/b", Relation("part-of", "hub")),
    ]
    assert store.incoming("nobody") == ()
    store.sync("feed", describe("hub"), on=LATER)
    assert store.incoming("hub") == ()


def test_what_is_said_of_a_place_is_no_organisation(store):
    beds = Figure("beds", 3_000, "about", "2026")
    statements = [
        state("places/leuven", "figure", beds, make_citation()),
        state("places/leuven", "name", "Leuven", make_citation(), language="en"),
        state("places/leuven", "kind", "hospital", make_citation()),
    ]
    store.sync("feed", statements, on=DAY)
    assert said(store, subject="places/leuven") == statements
    assert store.totals().organisations == 0
    assert store.facets().kinds == {}


# -- where organisations are ---------------------------------------------------------------------


def located(store, organisation_id):
    organisation = store.organisation(organisation_id)
    return organisation.place_id, organisation.province_id, organisation.located_through


def test_a_unit_is_where_its_organisation_is(store):
    statements = [
        *describe("university", place="leuven"),
        *describe("faculty", part_of="university"),
        *describe("lab", part_of="faculty"),
        *describe("away", part_of="faculty", place="ghent"),
        *describe("tenant", located_at="away"),
        *describe("guest", part_of="lab", located_at="away"),
        *describe("lost", part_of="nowhere"),
        *describe("abroad", place="liege"),
        *describe("egg", part_of="hen"),
        *describe("hen", part_of="egg"),
        *describe("chick", part_of="hen", located_at="away"),
    ]
    store.sync("feed", statements, on=DAY, landscape=make_landscape())
    assert {one: located(store, one) for one in store.names()} == {
        "university": ("leuven", "flemish-brabant", None),
        "faculty": ("leuven", "flemish-brabant", "university"),
        "lab": ("leuven", "flemish-brabant", "university"),
        "away": ("ghent", "east-flanders", None),
        "tenant": ("ghent", "east-flanders", "away"),
        "guest": ("leuven", "flemish-brabant", "university"),
        "lost": (None, None, None),
        "abroad": ("liege", None, None),
        "egg": (None, None, None),
        "hen": (None, None, None),
        "chick": ("ghent", "east-flanders", "away"),
    }
    assert store.facets().provinces == {"east-flanders": 3, "flemish-brabant": 4}


def test_places_follow_what_is_said_now(store):
    statements = [*describe("university", place="leuven"), *describe("lab", part_of="university")]
    store.sync("feed", statements, on=DAY)
    assert located(store, "lab") == ("leuven", None, "university")
    store.sync("other", [], on=DAY, landscape=make_landscape())
    assert located(store, "lab") == ("leuven", "flemish-brabant", "university")
    moved = [*describe("university", place="ghent"), *describe("lab", part_of="university")]
    store.sync("feed", moved, on=LATER)
    assert located(store, "lab") == ("ghent", "east-flanders", "university")
    assert store.facets().provinces == {"east-flanders": 2}


def test_the_place_shown_is_the_place_of_the_latest_date(store):
    old, new = make_citation("Old", published="2020"), make_citation("New", published="2025-06")
    store.sync("one", describe("imec", place="ghent", citation=old), on=DAY)
    store.sync("two", describe("imec", place="leuven", citation=new), on=DAY)
    organisation = store.organisation("imec")
    assert organisation.place_id == organisation.places[0].value == "leuven"


# -- reading while writing -----------------------------------------------------------------------


def test_readers_go_on_during_a_sync_and_see_what_was(store):
    store.sync("feed", describe("before"), on=DAY)
    with ThreadPoolExecutor(3) as readers:

        def slow():
            yield from describe("after")
            yield from (make_statement(f"o{number}", "alias", "x") for number in range(6_000))
            seen.extend(
                reader.result(timeout=20)
                for reader in [
                    readers.submit(store.names),
                    readers.submit(lambda: ids(store.organisations())),
                    readers.submit(lambda: store.totals().statements),
                ]
            )

        seen = []
        store.sync("feed", slow(), on=LATER)
    assert seen == [{"before": "before"}, ["before"], 2]
    assert store.names() == {"after": "after"}


def test_a_reader_sees_one_state_from_first_to_last(store):
    store.sync("feed", [s for n in range(700) for s in describe(f"o{n:03}")], on=DAY)
    reading = store.organisations()
    assert next(reading).id == "o000"
    store.sync("feed", describe("new"), on=LATER)
    assert ids(reading) == [f"o{number:03}" for number in range(1, 700)]
    assert ids(store.organisations()) == ["new"]


def test_many_threads_read_whole_states_while_one_writes(store):
    states = [[s for n in range(40) for s in describe(f"{side}{n:02}")] for side in "lr"]
    store.sync("feed", states[0], on=DAY)
    stop, torn = threading.Event(), []

    def read():
        while not stop.is_set():
            sides = {one.id[0] for one in store.organisations()}
            facets = store.facets().kinds
            if len(sides) != 1 or facets != {"research-centre": 40}:
                torn.append((sides, facets))

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        try:
            for number in range(6):
                store.sync("feed", states[number % 2], on=DAY)
        finally:
            stop.set()
        for reader in readers:
            reader.result(timeout=20)
    assert torn == []


def test_writers_take_turns(url):
    with open_store(url) as one, open_store(url) as two, ThreadPoolExecutor(2) as pool:
        work = [
            pool.submit(store.sync, name, describe(f"{name}-{number}"), on=DAY)
            for number in range(3)
            for name, store in (("one", one), ("two", two))
        ]
        for each in work:
            each.result(timeout=30)
        assert one.revision() == two.revision() == 6
        assert sorted(name.partition("-")[0] for name in two.names()) == ["one", "two"]


# -- values of every type ------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
DATE = st.sampled_from(["2026", "2026-11", "2026-11-22"])
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
VALUE = {
    "alias": TEXT,
    "figure": st.builds(
        Figure,
        metric=WORD,
        value=NUMBER,
        qualifier=st.sampled_from(["exactly", "at-least", "about"]),
        as_of=DATE,
        unit=st.none() | WORD,
    ),
    "offer": st.builds(
        Offer,
        role=WORD,
        text=TEXT,
        themes=st.lists(WORD, max_size=3).map(tuple),
        translations=st.none() | st.builds(Translations, nl=TEXT, fr=st.none() | TEXT),
    ),
    "relation": st.builds(
        Relation,
        type=WORD,
        target=st.none() | WORD,
        name=st.none() | TEXT,
        since=st.none() | DATE,
        until=st.none() | DATE,
    ),
    "coordinates": st.builds(
        Coordinates,
        lat=st.floats(-90, 90),
        lon=st.floats(-180, 180),
        precision=st.sampled_from(["building", "municipality"]),
    ),
    "identifier": st.builds(Identifier, scheme=WORD, value=WORD),
    "former-name": st.builds(FormerName, text=TEXT, until=st.none() | DATE),
    "status": st.builds(
        Status, status=st.sampled_from(["active", "closed"]), as_of=DATE, note=st.none() | TEXT
    ),
    "milestone": st.builds(
        Milestone,
        text=TEXT,
        certainty=st.sampled_from(["announced", "happened"]),
        by=st.none() | DATE,
        on=st.none() | DATE,
    ),
}
CITATION = st.builds(
    Citation,
    publisher=TEXT,
    url=TEXT,
    retrieved=st.dates(),
    title=st.none() | TEXT,
    published=st.none() | DATE,
    licence=st.none() | TEXT,
    span=st.none() | TEXT,
)
CLAIM = st.sampled_from(sorted(VALUE)).flatmap(
    lambda predicate: st.tuples(
        st.just(predicate),
        VALUE[predicate],
        st.sampled_from([None, "en", "nl", "fr", "de"]),
        CITATION,
        st.sampled_from([PUBLIC, INTERNAL]),
    )
)


def test_every_value_type_is_tried():
    assert {PREDICATES[predicate].value_type for predicate in VALUE} == set(get_args(Value))


@on_each_store
@given(claims=st.lists(CLAIM, min_size=1, max_size=6))
def test_any_statement_comes_back_as_it_was(store, claims):
    subject = f"organisations/example-{store.revision()}"
    first = {}
    for predicate, value, language, citation, visibility in claims:
        one = state(subject, predicate, value, citation, language=language, visibility=visibility)
        first.setdefault(one.id, one)
    store.sync("feed", first.values(), on=DAY)
    assert said(store, subject=subject, audience=Audience.AGENCY) == list(first.values())
    assert store.by_id(first, audience=Audience.AGENCY) == first
    public = [statement for statement in first.values() if statement.visibility is PUBLIC]
    assert said(store, subject=subject) == public


def test_changes_are_told_by_day_and_organisation(store):
    old = [*describe("a", name="A", roles=["research"]), *describe("b", name="B")]
    store.sync("landscape", old, on=DAY, landscape=make_landscape())
    hidden = make_statement("a", "alias", "Secret", visibility=INTERNAL)
    later = make_statement("a", "alias", "Alpha", citation=make_citation(retrieved=NEXT_DAY))
    new = [*describe("a", name="A"), later, hidden, *describe("b", name="B")]
    store.sync("landscape", new, on=NEXT_DAY)
    newest, *first = store.changes(10)
    assert (newest.organisation, newest.day, newest.is_new) == ("a", NEXT_DAY, False)
    assert (newest.added, newest.retired) == ({"alias": 1}, {"offer": 1})
    assert [(change.organisation, change.day, change.is_new) for change in first] == [
        ("a", DAY, True),
        ("b", DAY, True),
    ]
    assert store.changes(1) == (newest,)
    # A second source that says the same changes nothing.
    store.sync("other", describe("b", name="B"), on=LATER)
    assert store.changes(10)[0] == newest
