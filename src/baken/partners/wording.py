"""The few sentences that Baken itself says in a shortlist, in the visitor's language."""

from __future__ import annotations

from typing import Final

from baken.model import Labels, choose

WORKS_ON: Final[Labels] = {
    "en": "Works on {}.",
    "nl": "Werkt rond {}.",
    "fr": "Thèmes de travail : {}.",
    "de": "Arbeitet zu: {}.",
}
IS_IN: Final[Labels] = {
    "en": "Is in {}.",
    "nl": "Ligt in {}.",
    "fr": "Se trouve ici : {}.",
    "de": "Ort: {}.",
}
IS_CALLED: Final[Labels] = {
    "en": "Its name is {}.",
    "nl": "Heet {}.",
    "fr": "Son nom : {}.",
    "de": "Heißt {}.",
}
ITS_UNIT: Final[Labels] = {
    "en": "Part of it is {name}: {text}",
    "nl": "Een deel ervan is {name}: {text}",
    "fr": "En fait partie {name} : {text}",
    "de": "Dazu gehört {name}: {text}",
}
IN_LANGUAGE: Final[dict[str, Labels]] = {
    "en": {"en": "in English", "nl": "in het Engels", "fr": "en anglais", "de": "auf Englisch"},
    "nl": {
        "en": "in Dutch",
        "nl": "in het Nederlands",
        "fr": "en néerlandais",
        "de": "auf Niederländisch",
    },
    "fr": {"en": "in French", "nl": "in het Frans", "fr": "en français", "de": "auf Französisch"},
    "de": {"en": "in German", "nl": "in het Duits", "fr": "en allemand", "de": "auf Deutsch"},
}
NEAR: Final[Labels] = {"en": "Near {}", "nl": "Nabij {}", "fr": "Environs : {}", "de": "Nahe {}"}
NOT: Final[Labels] = {"en": "Not: {}", "nl": "Niet: {}", "fr": "Pas : {}", "de": "Nicht: {}"}
TOO_SHORT: Final[Labels] = {
    "en": "Say in a sentence what you need: what you make, and whom you look for.",
    "nl": "Zeg in een zin wat u nodig hebt: wat u maakt en wie u zoekt.",
    "fr": "Dites en une phrase ce qu’il vous faut : ce que vous faites et qui vous cherchez.",
    "de": "Sagen Sie in einem Satz, was Sie brauchen: was Sie machen und wen Sie suchen.",
}
NOTHING_FITS: Final[Labels] = {
    "en": "Nothing in this landscape fits well enough to be shown. Try one of the themes nearby.",
    "nl": "Niets in dit landschap past goed genoeg. Probeer een van de thema’s in de buurt.",
    "fr": "Rien ici ne convient assez bien. Essayez l’un des thèmes proches.",
    "de": "Nichts in dieser Landschaft passt gut genug. Versuchen Sie eines der nahen Themen.",
}
IS_NEXT: Final[Labels] = {
    "en": "Would come next in this list.",
    "nl": "Zou als volgende in deze lijst staan.",
    "fr": "Viendrait ensuite dans cette liste.",
    "de": "Käme als Nächstes in dieser Liste.",
}
IS_CROWDED_OUT: Final[Labels] = {
    "en": "Makes room for others: {} is in the list already.",
    "nl": "Maakt plaats voor anderen: {} staat al in de lijst.",
    "fr": "Laisse place à d’autres : {} figure déjà dans la liste.",
    "de": "Macht anderen Platz: {} steht schon in der Liste.",
}
NEXT_STEP: Final[Labels] = {
    "en": "For what comes next: {}.",
    "nl": "Voor wat daarna komt: {}.",
    "fr": "Pour la suite : {}.",
    "de": "Für den nächsten Schritt: {}.",
}
IS_ELSEWHERE: Final[Labels] = {
    "en": "Fits better otherwise, but is in {}, not in {}.",
    "nl": "Past verder beter, maar ligt in {}, niet in {}.",
    "fr": "Convient mieux pour le reste, mais se trouve ici : {} (demandé : {}).",
    "de": "Passt sonst besser, liegt aber hier: {} (gesucht: {}).",
}
NOT_OFFERED: Final[Labels] = {
    "en": "Fits better otherwise, but is not known to offer this: {}.",
    "nl": "Past verder beter, maar biedt dit voor zover bekend niet: {}.",
    "fr": "Convient mieux pour le reste, mais ne propose pas, à notre connaissance : {}.",
    "de": "Passt sonst besser, bietet aber, soweit bekannt, nicht an: {}.",
}
IS_CLOSED: Final[Labels] = {
    "en": "Would be in this list, but is closed (as of {}).",
    "nl": "Zou in deze lijst staan, maar is gesloten (stand {}).",
    "fr": "Figurerait dans cette liste, mais est fermé (état : {}).",
    "de": "Stünde in dieser Liste, ist aber geschlossen (Stand {}).",
}
IS_MERGED: Final[Labels] = {
    "en": "Would be in this list, but has merged into another organisation (as of {}).",
    "nl": "Zou in deze lijst staan, maar ging op in een andere organisatie (stand {}).",
    "fr": "Figurerait dans cette liste, mais a fusionné avec une autre organisation (état : {}).",
    "de": "Stünde in dieser Liste, ist aber in einer anderen Organisation aufgegangen (Stand {}).",
}
COMES_NEAREST: Final[Labels] = {
    "en": "Comes nearest, but too little of what you ask for is known of it.",
    "nl": "Komt het dichtst in de buurt, maar er is te weinig van bekend dat u vraagt.",
    "fr": "S’en approche le plus, mais on en sait trop peu pour ce que vous demandez.",
    "de": "Kommt am nächsten, doch zu wenig von dem, was Sie suchen, ist dort bekannt.",
}
WAS_CUT: Final[Labels] = {
    "en": "Your text is long; its first {:,} characters were read.",
    "nl": "Uw tekst is lang; de eerste {} tekens zijn gelezen.",
    "fr": "Votre texte est long ; ses {} premiers caractères ont été lus.",
    "de": "Ihr Text ist lang; die ersten {} Zeichen wurden gelesen.",
}

TEXT_WAS_CUT: Final[Labels] = {
    "en": "Your text is long; its first 20,000 characters were read.",
    "nl": "Uw tekst is lang; de eerste 20.000 tekens zijn gelezen.",
    "fr": "Votre texte est long ; ses 20 000 premiers caractères ont été lus.",
    "de": "Ihr Text ist lang; die ersten 20.000 Zeichen wurden gelesen.",
}
TEXT_TOO_SHORT: Final[Labels] = {
    "en": "Paste a pitch or a call: what is to be done, and whom you look for.",
    "nl": "Plak een pitch of een oproep: wat er gedaan moet worden en wie u zoekt.",
    "fr": "Collez un pitch ou un appel : ce qui doit être fait, et qui vous cherchez.",
    "de": "Fügen Sie einen Pitch oder Aufruf ein: was zu tun ist und wen Sie suchen.",
}
NO_WORK: Final[Labels] = {
    "en": "No sentence of this text asks for a partner that this landscape has a role for.",
    "nl": "Geen zin van deze tekst vraagt om een partner waarvoor dit landschap een rol kent.",
    "fr": "Aucune phrase de ce texte ne demande un partenaire dont le rôle est connu ici.",
    "de": "Kein Satz dieses Textes sucht einen Partner, für den es hier eine Rolle gibt.",
}
NOBODY_HERE: Final[Labels] = {
    "en": "Nobody known here offers this: {}.",
    "nl": "Niemand die hier bekend is, biedt dit aan: {}.",
    "fr": "Personne de connu ici ne le propose : {}.",
    "de": "Niemand, der hier bekannt ist, bietet das an: {}.",
}


def say(sentence: Labels, language: str) -> str:
    """Return the sentence in `language`, else in English."""
    return choose(sentence, language) or ""
