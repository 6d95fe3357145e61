"""Which of Baken's messages are not translated yet, and the catalogues with every one of them.

    python -m tools.translations            lists what is missing, and fails if anything is
    python -m tools.translations --update   writes new messages into the catalogues, empty

A message lives in the catalogue of the area that says it: ``web/pages/find.py`` and
``web/templates/find.html`` are the area ``find``. One that several areas say stays where it is.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.checkers import checkers
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from baken.text.speech import SOURCE_LANGUAGE, Speech

SOURCES = Path(__file__).parents[1] / "src" / "baken"
CATALOGUES = SOURCES / "text" / "translations"
LANGUAGES = ("nl", "fr", "de")

_IN_PYTHON = {"say": None, "message": None, "plural": (1, 2)}
_IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_IN_THE_DESK = {"message": None}
"""What is marked there: the desk's mails keep their texts in four languages beside the code, and
ask for them with a `say` of their own."""

_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural={plural};\\n"

"""

Key = str | tuple[str, str]


def extracted() -> dict[Key, list[str]]:
    """Return every message, or its two forms, with the files that say it, as paths in sources."""
    found: dict[Key, list[str]] = {}
    for path in sorted(p for p in SOURCES.rglob("*") if p.suffix in {".py", ".html", ".txt"}):
        inside = path.relative_to(SOURCES).as_posix()
        for key in _messages(path, _IN_THE_DESK if inside.startswith("desk/") else _IN_PYTHON):
            places = found.setdefault(key, [])
            if inside not in places:
                places.append(inside)
    return found


def _messages(path: Path, marks: Mapping[str, Any]) -> Iterator[Key]:
    if path.suffix == ".py":
        calls = extract_from_file("python", path, marks)
    elif "templates" in path.parts:
        calls = extract_from_file(
            "jinja2.ext.babel_extract",
            path,
            _IN_TEMPLATES,
            options={"trimmed": "true", "silent": "false", "trim_blocks": "true"},
        )
    else:
        return
    for _, text, _, _ in calls:
        if isinstance(text, tuple):
            yield text[0], text[1]
        elif text:
            yield text


def catalogues(language: str) -> dict[str, Catalog]:
    """Return the catalogues of a language by area."""
    return {
        path.stem: read_po(io.BytesIO(path.read_bytes()), locale=language)
        for path in sorted((CATALOGUES / language).glob("*.po"))
    }


def problems() -> list[str]:
    """Return a sentence for each message that is missing, wrong, doubled or no longer said."""
    wanted, said = extracted(), []
    for language in LANGUAGES:
        seen: dict[Key, str] = {}
        for area, catalogue in catalogues(language).items():
            for entry in _entries(catalogue):
                key, where = _key(entry), f"{language}/{area}.po: {_first(_key(entry))!r}"
                if key in seen:
                    said.append(f"{where} is in {seen[key]}.po too: keep one.")
                seen[key] = area
                if key not in wanted:
                    said.append(f"{where} is not said any more: take it out (--update does).")
                elif not _is_translated(entry):
                    said.append(f"{where} is not translated.")
                said.extend(f"{where}: {error}." for error in _mistakes(catalogue, entry))
        missing = [key for key in wanted if key not in seen]
        said.extend(
            f"{language}: {_first(key)!r}, said in {wanted[key][0]}, is in no catalogue "
            "(--update adds it)."
            for key in missing
        )
    return said


def update() -> None:
    """Write the catalogues anew: what is said and nothing else, with the translations there are."""
    wanted = extracted()
    for language in LANGUAGES:
        known: dict[Key, Message] = {}
        homes: dict[Key, str] = {}
        for area, catalogue in catalogues(language).items():
            for entry in _entries(catalogue):
                if _key(entry) not in known or not _is_translated(known[_key(entry)]):
                    known[_key(entry)] = entry
                    homes[_key(entry)] = area
        areas: dict[str, Catalog] = {}
        for key, places in wanted.items():
            possible = sorted({Path(place).stem for place in places})
            home = homes.get(key, "")
            area = home if home in possible else possible[0]
            catalogue = areas.setdefault(area, Catalog(locale=language))
            string = known[key].string if key in known else None
            catalogue.add(key, string, locations=[(place, 0) for place in places])
        folder = CATALOGUES / language
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.po"):
            if path.stem not in areas:
                path.unlink()
        for area, catalogue in areas.items():
            written = io.BytesIO()
            write_po(written, catalogue, omit_header=True, include_lineno=False, width=100)
            header = _HEADER.format(language=language, plural=catalogue.plural_expr)
            text = header + written.getvalue().decode().lstrip("\n").rstrip("\n") + "\n"
            (folder / f"{area}.po").write_text(text, encoding="utf-8")


def _entries(catalogue: Catalog) -> Iterator[Message]:
    return (entry for entry in catalogue if entry.id)


def _key(entry: Message) -> Key:
    return tuple(entry.id) if isinstance(entry.id, (list, tuple)) else entry.id  # type: ignore[return-value]


def _first(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def _is_translated(entry: Message) -> bool:
    strings = entry.string if isinstance(entry.string, (list, tuple)) else [entry.string]
    return all(strings) and bool(strings)


def _mistakes(catalogue: Catalog, entry: Message) -> Iterator[str]:
    if _is_translated(entry):
        for check in checkers:
            try:
                check(catalogue, entry)
            except Exception as error:  # Babel's own type says no more
                yield str(error)


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.translations", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--update", action="store_true", help="write new messages, empty")
    if parser.parse_args().update:
        update()
    said = problems()
    print("\n".join(said) or f"Everything is said in {', '.join((SOURCE_LANGUAGE, *LANGUAGES))}.")
    return bool(said)


if __name__ == "__main__":
    for language in LANGUAGES:
        Speech(language)
    sys.exit(main())
