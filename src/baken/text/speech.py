"""What Baken itself says, in one language: messages, plurals, dates, numbers, lists.

English messages stand in the code and the templates; their translations in gettext catalogues
beside this module, one folder a language and one file an area of the interface, so that any
translator's tool opens them. ``python -m tools.translations`` lists what is not translated.
"""

from __future__ import annotations

import datetime
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from gettext import NullTranslations, c2py
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from .marking import message as message

SOURCE_LANGUAGE: Final = "en"
"""The language that messages are written in."""

_LOCALES: Final = {"en": "en_GB", "nl": "nl_BE", "fr": "fr_BE", "de": "de_BE"}
"""How dates and numbers are written in a language: as people do in Belgium and in Britain."""

_FIRST: Final = re.compile(r"(?<!\d)1(?= [^\W\d])")
"""The first day of a month, before its name."""

_MOST_KEPT: Final = 4_096
"""Numbers and dates of each language that are kept as written: a page repeats the same few."""


class Speech:
    """One language that Baken speaks.

    Reading the catalogues takes tens of milliseconds: make one for each language and keep it.

    Attributes:
        language: ISO 639-1 code.
        translations: the messages, as gettext and Jinja take them.
    """

    def __init__(self, language: str) -> None:
        """Read the catalogues of a language.

        Raises:
            KeyError: Baken does not speak it.
        """
        self.language = language
        self._locale = Locale.parse(_LOCALES[language])
        self.translations = _translations(language)
        self._number = lru_cache(_MOST_KEPT)(partial(format_decimal, locale=self._locale))
        self._day = lru_cache(_MOST_KEPT)(self._written)

    def __call__(self, text: str, /, **values: object) -> str:
        """Return a message; ``%(name)s`` in it stands for a value, numbers written as here."""
        said = self.translations.gettext(text)
        if not values:
            return said
        return said % {
            name: self.number(value) if type(value) is int else value
            for name, value in values.items()
        }

    def plural(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Return the form of a message that fits a number, which is ``%(number)s`` in it."""
        said = self.translations.ngettext(one, many, number)
        return said % {"number": self.number(number), **values}

    def number(self, value: float) -> str:
        """Return a number as people write it: ``129,046``."""
        return self._number(value)

    def day(self, date: str | datetime.date) -> str:
        """Return a date as people write it: ``22 November 2026``, ``November 2026`` or ``2026``.

        Args:
            date: a date, or its ISO form as far as it is known: ``2026-11-22``, ``2026-11``,
                ``2026``.
        """
        return self._day(str(date)[:10])

    def _written(self, date: str) -> str:
        year, month, of_month = [*date.split("-"), "", ""][:3]
        if not month:
            return year
        known = datetime.date(int(year), int(month), int(of_month or 1))
        if of_month:
            return self._ordinal(format_date(known, "long", locale=self._locale))
        return format_skeleton("yMMMM", known, locale=self._locale)

    def _ordinal(self, date: str) -> str:
        """Return a date with the first of a month as French says it, which CLDR does not."""
        return _FIRST.sub("1er", date) if self.language == "fr" else date

    def moment(self, local: datetime.datetime) -> str:
        """Return a moment as people write it: ``Wednesday 25 November 2026, 17:00 CET``.

        Args:
            local: with the zone of whose clock it is to be said by.
        """
        day = self._ordinal(format_date(local.date(), "EEEE d MMMM y", locale=self._locale))
        return f"{day}, {local:%H:%M} {local.tzname() or ''}".rstrip()

    def countries(self) -> list[tuple[str, str]]:
        """Return the code of every country (ISO 3166) and its name, in the order of the names."""
        names = self._locale.territories
        known = [(code, names[code]) for code in _countries() if code in names]
        return sorted(known, key=lambda one: _sorted_as(one[1]))

    def full_day(self, date: datetime.date) -> str:
        """Return a date with its day of the week: ``Tuesday 1 December 2026``."""
        return self._ordinal(format_date(date, "full", locale=self._locale))

    def weekday(self, date: datetime.date) -> str:
        """Return the day of the week of a date: ``Tuesday``."""
        return format_date(date, "EEEE", locale=self._locale)

    def listed(self, items: Sequence[str]) -> str:
        """Return items as a list in a sentence: ``a, b and c``."""
        return format_list(list(items), locale=self._locale)


def _countries() -> frozenset[str]:
    """Return the codes of countries, of which babel knows what is spoken there."""
    return frozenset(code for code in map(str, get_global("territory_languages")) if len(code) == 2)


def _sorted_as(name: str) -> str:
    """Return a name without accents, so that Österreich is found at O."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class Messages(NullTranslations):
    """Translations as catalogues give them, found by what they translate.

    Compiled to the form that `gettext` reads from files, they took twice as long to be ready.
    """

    def __init__(
        self, known: Mapping[object, str | Sequence[str]], plural: Callable[[int], int]
    ) -> None:
        """Keep translations.

        Args:
            known: by message; the forms of a plural by its two in the source language.
            plural: gives the number of the form for a number of things.
        """
        super().__init__()
        self._known = known
        self._plural = plural

    def gettext(self, message: str) -> str:
        """Return what a message is in this language, or the message."""
        found = self._known.get(message)
        return found if isinstance(found, str) else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form of a message for a number."""
        forms = self._known.get((msgid1, msgid2))
        if forms is None or isinstance(forms, str):
            return msgid1 if n == 1 else msgid2
        return forms[self._plural(n)]


@lru_cache(len(_LOCALES))
def _translations(language: str) -> NullTranslations:
    """Return all catalogues of a language as one; an empty one for the source language."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    known: dict[object, str | Sequence[str]] = {}
    plural = Catalog(locale=language).plural_expr
    folder = files("baken.text") / "translations" / language
    for path in folder.iterdir():
        if path.name.endswith(".po"):
            for entry in read_po(io.BytesIO(path.read_bytes()), locale=language):
                forms = entry.string if isinstance(entry.id, tuple) else (entry.string,)
                if entry.id and entry.string and all(forms or ()):  # else not translated yet
                    known[entry.id] = entry.string
    return Messages(known, c2py(plural))
