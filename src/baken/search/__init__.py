"""Words to hits: passages of the landscape found by their words and by their meaning."""

from .encoder import Encoder, UniversalSentenceEncoder, Vectors
from .files import Ints, Lists, Rows, spans
from .index import Index, Sought, build_index, open_index
from .passages import FIELDS, Field, Passage, passages_of
from .roster import STATUSES, Entry, Roster, Said
from .suggest import Suggester, Suggestion

__all__ = [
    "FIELDS",
    "STATUSES",
    "Encoder",
    "Entry",
    "Field",
    "Index",
    "Ints",
    "Lists",
    "Passage",
    "Roster",
    "Rows",
    "Said",
    "Sought",
    "Suggester",
    "Suggestion",
    "UniversalSentenceEncoder",
    "Vectors",
    "build_index",
    "open_index",
    "passages_of",
    "spans",
]
