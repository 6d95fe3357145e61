"""What the guide says of its own accord, in four languages, and how it writes numbers and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from baken.model import LANGUAGES, Language

Labels = Mapping[str, str]

_KNOWN: Final[Mapping[str, Language]] = {language: language for language in LANGUAGES}


class Text(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text in English and Dutch, and where there is one in French and German."""

    en: str
    nl: str
    fr: str | None = None
    de: str | None = None

    def language(self, wanted: str) -> Language:
        """Return the language in which `wanted` is answered: itself, else English."""
        known = _KNOWN.get(wanted, "en")
        return known if getattr(self, known) else "en"

    def text(self, wanted: str) -> str:
        """Return the text in a language, in English where there is none."""
        return str(getattr(self, self.language(wanted)))


AND: Final[Labels] = {"en": "and", "nl": "en", "fr": "et", "de": "und"}
OR: Final[Labels] = {"en": "or", "nl": "of", "fr": "ou", "de": "oder"}
NOT_SO: Final[Labels] = {
    "en": "it is not so that {}",
    "nl": "het is niet zo dat {}",
    "fr": "il n’est pas vrai que {}",
    "de": "es trifft nicht zu: {}",
}

OUTCOMES: Final[Mapping[str, Labels]] = {
    "applies": {
        "en": "Fits: every condition checked here is met",
        "nl": "Past: aan elke hier getoetste voorwaarde is voldaan",
        "fr": "Convient : toutes les conditions vérifiées ici sont remplies",
        "de": "Passt: Alle hier geprüften Bedingungen sind erfüllt",
    },
    "depends": {
        "en": "Depends on what is not answered yet",
        "nl": "Hangt af van wat nog niet beantwoord is",
        "fr": "Dépend de ce qui n’a pas encore reçu de réponse",
        "de": "Hängt von noch offenen Antworten ab",
    },
    "does-not": {
        "en": "Does not fit",
        "nl": "Past niet",
        "fr": "Ne convient pas",
        "de": "Passt nicht",
    },
}

AWARDS: Final[Mapping[str, Labels]] = {
    "by-right": {
        "en": "Follows from the law once the conditions are met",
        "nl": "Volgt uit de wet zodra aan de voorwaarden is voldaan",
        "fr": "Découle de la loi dès que les conditions sont remplies",
        "de": "Folgt aus dem Gesetz, sobald die Bedingungen erfüllt sind",
    },
    "on-request": {
        "en": "Must be asked for; given when the conditions are met",
        "nl": "Moet worden aangevraagd; toegekend als aan de voorwaarden is voldaan",
        "fr": "À demander ; accordé si les conditions sont remplies",
        "de": "Auf Antrag; wird bei erfüllten Bedingungen gewährt",
    },
    "assessed": {
        "en": "Must be asked for; the body judges the file on its merits",
        "nl": "Moet worden aangevraagd; de instantie beoordeelt het dossier inhoudelijk",
        "fr": "À demander ; l’organisme juge le dossier sur le fond",
        "de": "Auf Antrag; die Stelle beurteilt das Vorhaben inhaltlich",
    },
    "competitive": {
        "en": "By call: applications compete, and many are refused",
        "nl": "Via oproep: aanvragen concurreren, en vele worden geweigerd",
        "fr": "Sur appel : les demandes sont en concurrence, beaucoup sont refusées",
        "de": "Per Aufruf: Anträge stehen im Wettbewerb, viele werden abgelehnt",
    },
}

REASONS: Final[Mapping[str, Labels]] = {
    "yes": {
        "en": "Met: {rule}",
        "nl": "Voldaan: {rule}",
        "fr": "Rempli : {rule}",
        "de": "Erfüllt: {rule}",
    },
    "no": {
        "en": "Not met: {rule}",
        "nl": "Niet voldaan: {rule}",
        "fr": "Non rempli : {rule}",
        "de": "Nicht erfüllt: {rule}",
    },
    "unknown": {
        "en": "Open: {rule}",
        "nl": "Nog open: {rule}",
        "fr": "À préciser : {rule}",
        "de": "Offen: {rule}",
    },
}
GIVEN: Final[Labels] = {
    "en": "Your answer: {}.",
    "nl": "Uw antwoord: {}.",
    "fr": "Votre réponse : {}.",
    "de": "Ihre Antwort: {}.",
}
AMOUNT_NOT_CONFIRMED: Final[Labels] = {
    "en": "Amount not confirmed here; ask the body.",
    "nl": "Bedrag hier niet bevestigd; vraag het na bij de instantie.",
    "fr": "Montant non confirmé ici ; renseignez-vous auprès de l’organisme.",
    "de": "Betrag hier nicht bestätigt; fragen Sie bei der Stelle nach.",
}
TIME_NOT_CONFIRMED: Final[Labels] = {
    "en": "Duration not confirmed here.",
    "nl": "Duur hier niet bevestigd.",
    "fr": "Durée non confirmée ici.",
    "de": "Dauer hier nicht bestätigt.",
}
NOT_ADVICE: Final[Labels] = {
    "en": "Not legal or tax advice. The body named decides; ask it, or an adviser, before you act.",
    "nl": (
        "Geen juridisch of fiscaal advies. De genoemde instantie beslist; vraag het haar of een "
        "adviseur voor u handelt."
    ),
    "fr": (
        "Ni conseil juridique ni conseil fiscal. L’organisme cité décide ; consultez-le, ou un "
        "conseiller, avant d’agir."
    ),
    "de": (
        "Keine Rechts- oder Steuerberatung. Die genannte Stelle entscheidet; fragen Sie sie oder "
        "einen Berater, bevor Sie handeln."
    ),
}
QUALIFIERS: Final[Mapping[str, Labels]] = {
    "exactly": {"en": "{}", "nl": "{}", "fr": "{}", "de": "{}"},
    "at-most": {"en": "up to {}", "nl": "tot {}", "fr": "jusqu’à {}", "de": "bis zu {}"},
    "at-least": {
        "en": "at least {}",
        "nl": "minstens {}",
        "fr": "au moins {}",
        "de": "mindestens {}",
    },
    "about": {"en": "about {}", "nl": "ongeveer {}", "fr": "environ {}", "de": "etwa {}"},
}
UNITS: Final[Mapping[str, Labels]] = {
    # A space is a no-break one: a number stays with its unit.
    "percent": {"en": "{}%", "nl": "{}%", "fr": "{}\xa0%", "de": "{}\xa0%"},
    "EUR": {"en": "€{}", "nl": "€\xa0{}", "fr": "{}\xa0€", "de": "{}\xa0€"},
    "points": {
        "en": "{} percentage points",
        "nl": "{} procentpunten",
        "fr": "{} points de pourcentage",
        "de": "{} Prozentpunkte",
    },
    "days": {"en": "{} days", "nl": "{} dagen", "fr": "{} jours", "de": "{} Tage"},
    "weeks": {"en": "{} weeks", "nl": "{} weken", "fr": "{} semaines", "de": "{} Wochen"},
    "months": {"en": "{} months", "nl": "{} maanden", "fr": "{} mois", "de": "{} Monate"},
    "quarters": {
        "en": "{} quarters",
        "nl": "{} kwartalen",
        "fr": "{} trimestres",
        "de": "{} Quartale",
    },
    "years": {"en": "{} years", "nl": "{} jaar", "fr": "{} ans", "de": "{} Jahre"},
    "fte": {"en": "{} FTE", "nl": "{} vte", "fr": "{} ETP", "de": "{} VZÄ"},
}
_ONE: Final[Mapping[str, Labels]] = {
    # as `UNITS`, of a single one, where that is another word
    "points": {
        "en": "{} percentage point",
        "nl": "{} procentpunt",
        "fr": "{} point de pourcentage",
        "de": "{} Prozentpunkt",
    },
    "days": {"en": "{} day", "nl": "{} dag", "fr": "{} jour", "de": "{} Tag"},
    "weeks": {"en": "{} week", "nl": "{} week", "fr": "{} semaine", "de": "{} Woche"},
    "months": {"en": "{} month", "nl": "{} maand", "fr": "{} mois", "de": "{} Monat"},
    "quarters": {"en": "{} quarter", "nl": "{} kwartaal", "fr": "{} trimestre", "de": "{} Quartal"},
    "years": {"en": "{} year", "nl": "{} jaar", "fr": "{} an", "de": "{} Jahr"},
}
_SEPARATORS: Final[Mapping[str, tuple[str, str]]] = {
    # between thousands, before decimals
    "en": (",", "."),
    "nl": (".", ","),
    "fr": ("\xa0", ","),
    "de": (".", ","),
}


def say(words: Labels, language: str) -> str:
    """Return words in a language, in English where there are none."""
    return words.get(language) or words["en"]


def number(value: float, unit: str | None, language: str) -> str:
    """Return a number as people write it in a language, with its unit if it has one."""
    thousands, decimal = _SEPARATORS.get(language, _SEPARATORS["en"])
    written = f"{value:,.2f}".rstrip("0").rstrip(".")
    written = written.replace(",", "\0").replace(".", decimal).replace("\0", thousands)
    if unit is None:
        return written
    words = _ONE.get(unit, UNITS[unit]) if value == 1 else UNITS[unit]
    return say(words, language).format(written)


def join(parts: Sequence[str], language: str, word: str, comma: str = "") -> str:
    """Return a list in words: "a, b or c".

    Args:
        parts: what to list.
        language: of the word between the last two.
        word: ``and`` or ``or``.
        comma: what stands before that word; a space when empty.
    """
    if len(parts) < 2:
        return "".join(parts)
    between = {"and": AND, "or": OR}[word]
    return f"{', '.join(parts[:-1])}{comma or ' '}{say(between, language)} {parts[-1]}"
