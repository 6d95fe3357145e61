"""Words to hits: passages of the landscape found by their words and by their meaning."""

from .encoder import Encoder, UniversalSentenceEncoder, Vectors
from .index import Index, build_index, open_index
from .passages import Field, Passage, passages_of
from .suggest import Suggester, Suggestion

__all__ = [
    "Encoder",
    "Field",
    "Index",
    "Passage",
    "Suggester",
    "Suggestion",
    "UniversalSentenceEncoder",
    "Vectors",
    "build_index",
    "open_index",
    "passages_of",
]
