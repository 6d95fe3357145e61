"""The index: what is in it, that it is kept whole, and that it is never older than its store."""

from hashlib import blake2b

import numpy as np
import pytest

from baken.model import FormerName, Offer, Relation, Translations, Visibility
from baken.search import build_index, open_index, passages_of
from baken.store import open_store
from baken.testing import DAY, describe, make_landscape, make_statement
from baken.text import words

STATEMENTS = [
    *describe("imec", place="leuven", themes=["digital-health"]),
    make_statement("imec", "alias", "Interuniversity Microelectronics Centre", language="en"),
    make_statement("imec", "former-name", FormerName("IMEC vzw", "2016")),
    make_statement("imec", "summary", "Makes chips for health.", language="en"),
    make_statement(
        "imec", "offer", Offer("research", "Develops sensors.", ("digital-health",)), language="en"
    ),
    make_statement("imec", "relation", Relation("works-with", name="Example Hospital")),
    *describe("ubilim", kind="biobank", themes=["biobanking"]),
    make_statement("ubilim", "summary", "A secret.", language="en", visibility=Visibility.INTERNAL),
]


class HashEncoder:
    """A stand-in for an encoder: texts are alike as far as they share words."""

    dimensions = 64

    def __init__(self, model="hash-1"):
        self.model = model
        self.encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in words(text):
                row[blake2b(word.stem.encode(), digest_size=1).digest()[0] % 64] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite") as store:
        store.sync("feed", STATEMENTS, on=DAY, landscape=make_landscape())
        yield store


def look_up(index, asked, vectors, language=None):
    sought = index.seek(asked, vectors, language)
    return index.look_up(sought), sought.rarity


def fields_of(index, organisation):
    return {p.field: p for p in index.passages if p.organisation == organisation}


def test_every_passage_cites_the_statements_it_comes_from(store):
    index = build_index(store, HashEncoder())
    cited = store.by_id(i for passage in index.passages for i in passage.statements)
    assert all(passage.statements for passage in index.passages)
    assert {i for p in index.passages for i in p.statements} == set(cited)
    assert cited[fields_of(index, "imec")["summary"].statements[0]].value == (
        "Makes chips for health."
    )


def test_names_are_one_passage_and_offers_carry_labels(store):
    imec = next(o for o in store.organisations() if o.id == "imec")
    drafts = {draft.passage.field: draft for draft in passages_of(imec, store.landscape())}
    assert drafts["name"].passage.text == "imec; Interuniversity Microelectronics Centre"
    assert drafts["name"].labels == ("IMEC vzw",)
    assert len(drafts["name"].passage.statements) == 3
    assert "Onderzoekspartner" in drafts["offer"].labels[0]
    assert "Digital health" in drafts["offer"].labels[1]
    assert drafts["offer"].readings == (
        "Develops sensors. (digital health)",
        "imec: Develops sensors.",
    )
    assert drafts["place"].passage.text == "Leuven"
    assert drafts["relation"].passage.text == "Example Hospital"


def test_what_is_internal_is_not_indexed(store):
    assert not any("secret" in p.text for p in build_index(store, HashEncoder()).passages)


def test_words_find_passages_and_rare_words_are_rare(store):
    index = build_index(store, HashEncoder())
    asked = words("sensors research nowhere")
    credits, rarity = look_up(index, asked, index.encoder.encode([w.surface for w in asked]))
    best = index.passages[int(credits[0].argmax())]
    assert (best.organisation, best.field) == ("imec", "offer")
    assert 0 < credits[0].max() < 1
    assert credits[2].max() == 0
    assert rarity[2] > rarity[0]


def test_an_offer_is_found_by_its_words_in_the_language_of_the_need_alone(tmp_path):
    offer = Offer("research", "Studies the lung.", (), Translations(nl="Onderzoekt wat long is."))
    said = [*describe("lung-lab"), make_statement("lung-lab", "offer", offer, language="en")]
    with open_store(tmp_path / "store.sqlite") as store:
        store.sync("feed", said, on=DAY, landscape=make_landscape())
        index = build_index(store, HashEncoder(), tmp_path / "index")
        opened = open_index(store, HashEncoder(), tmp_path / "index")
    # Vectors of nothing, so that words of like meaning play no part.
    asked, nothing = words("long"), np.zeros((1, 64), dtype=np.float32)
    for kept in (index, opened):
        assert look_up(kept, asked, nothing, "nl")[0].max() > 0
        assert not look_up(kept, asked, nothing, "en")[0].any()
        assert not look_up(kept, asked, nothing)[0].any()
    assert "onderzoekt" in index.vocabulary
    passage = fields_of(index, "lung-lab")["offer"]
    assert passage.quote("nl") == ("Onderzoekt wat long is.", "nl")
    assert passage.quote("fr") == ("Studies the lung.", "en")


def test_a_word_that_is_silent_in_one_need_is_heard_in_the_next(store):
    index = build_index(store, HashEncoder())
    asked, heard = words("zzzz"), index.encoder.encode(["sensors"])
    assert not look_up(index, asked, np.zeros_like(heard))[0].any()
    assert look_up(index, asked, heard)[0].any()
    assert not look_up(index, asked, np.zeros_like(heard))[0].any()


def test_words_of_like_meaning_get_less_credit(store):
    index = build_index(store, HashEncoder())
    asked = words("sensors")
    stranger = words("zzzz")
    own, _ = look_up(index, asked, index.encoder.encode(["sensors"]))
    alike, _ = look_up(index, stranger, index.encoder.encode(["sensors"]))
    assert 0 < alike.max() < own.max()
    assert alike.argmax() == own.argmax()


def test_meaning_is_compared_with_sentences_only(store):
    index = build_index(store, HashEncoder())
    cosines = index.compare(index.encoder.encode(["Develops sensors."]))[0]
    assert index.passages[int(cosines.argmax())].text == "Develops sensors."
    places = [i for i, p in enumerate(index.passages) if p.field == "place"]
    assert not cosines[places].any()
    themes = index.compare_themes(index.encoder.encode(["Biobanking"]))
    assert max(themes, key=themes.get) == "biobanking"


def test_a_kept_index_answers_the_same_without_encoding_again(store, tmp_path):
    built = build_index(store, HashEncoder(), tmp_path / "index")
    encoder = HashEncoder()
    opened = open_index(store, encoder, tmp_path / "index")
    assert encoder.encoded == 0
    assert list(opened.passages) == list(built.passages)
    assert opened.vocabulary == built.vocabulary
    asked, vectors = words("sensors health"), built.encoder.encode(["sensors", "health"])
    for kept, made in zip(
        look_up(opened, asked, vectors), look_up(built, asked, vectors), strict=True
    ):
        assert np.array_equal(kept, made)
    assert np.array_equal(opened.compare(vectors), built.compare(vectors))


def test_a_new_revision_or_model_is_indexed_anew_and_the_old_one_thrown_away(store, tmp_path):
    said = []
    folder = tmp_path / "index"
    open_index(store, HashEncoder(), folder, progress=said.append)
    open_index(store, HashEncoder(), folder, progress=said.append)
    assert len(said) == 1
    store.sync("feed", STATEMENTS[:4], on=DAY)
    reopened = open_index(store, HashEncoder(), folder, progress=said.append)
    assert len(said) == 2
    assert list(reopened.organisations) == ["imec"]
    open_index(store, HashEncoder("hash-2"), folder, progress=said.append)
    assert len(said) == 3
    assert len(list(folder.iterdir())) == 1


def test_what_has_not_changed_is_not_encoded_again(store, tmp_path):
    build_index(store, HashEncoder(), tmp_path / "index")
    added = make_statement("imec", "offer", Offer("research", "Grows organs on chips.", ()))
    store.sync("feed", [*STATEMENTS, added], on=DAY)
    encoder = HashEncoder()
    again = open_index(store, encoder, tmp_path / "index")
    assert 0 < encoder.encoded < 10
    anew = build_index(store, HashEncoder())
    assert list(again.passages) == list(anew.passages)
    asked = anew.encoder.encode(["organs on chips", "sensors"])
    assert np.array_equal(again.compare(asked), anew.compare(asked))
    assert again.compare_themes(asked[1:]) == anew.compare_themes(asked[1:])
    beside, other = HashEncoder(), HashEncoder("hash-2")
    open_index(store, beside, tmp_path / "copy")
    assert beside.encoded == 0
    open_index(store, other, tmp_path / "index")
    assert other.encoded > 10


def test_a_failed_build_leaves_the_folder_as_it_was(store, tmp_path):
    folder = tmp_path / "index"
    build_index(store, HashEncoder(), folder)
    before = sorted(p.name for p in folder.iterdir())

    class Broken(HashEncoder):
        def encode(self, texts):
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        build_index(store, Broken("hash-3"), folder)
    assert sorted(p.name for p in folder.iterdir()) == before


def test_an_empty_store_can_be_indexed(tmp_path):
    with open_store(tmp_path / "empty.sqlite") as store:
        store.sync("feed", [], on=DAY, landscape=make_landscape())
        index = build_index(store, HashEncoder(), tmp_path / "index")
        assert len(index.passages) == 0
        assert index.compare(index.encoder.encode(["lung"])).shape == (1, 0)
