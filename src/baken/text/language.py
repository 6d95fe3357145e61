"""The language of a text, decided by its own words.

Statistical identifiers are weak on the few words of a need ("diabetes", "lung", "biobank") and
slow to load. Function words are strong evidence and cheap; the landscape's own labels add weaker
evidence for texts without any, as strong where one of several words stands there whole. Only a text
that these leave undecided goes to py3langid, which also knows the languages that Baken does not
speak.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from baken.model import LANGUAGES, Language

from .words import Word, fold, words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION_WORDS: Final[dict[Language, frozenset[str]]] = {
    "en": _words(
        "a about also am an and any anyone are as at be because been before best between both but "
        "by can come could did do does doing each either else ever every few find first for from "
        "get gets give go goes going good had has have having he help helps her here him his how "
        "i if in into is it its just know like look looking looks made make makes making many may "
        "me meet might more most much must my need needed needs new no nor not now of off on once "
        "one only onto or other our out own per please prefer put quite rather run same seek "
        "seeking set she should since so some somebody someone something soon still such take "
        "than thanks that the their them then there these they thing this those through to "
        "together too towards until up us use using very via want wanted wants was way we well "
        "were what when where whether which while who whom whose why will wish with within would "
        "you your"
    ),
    "nl": _words(
        "aan al alle als andere ben bent bij bijvoorbeeld binnen dan dat de deze die dit doen "
        "doet door dus een eerste eigen elk elke en er eventueel gaan gaat gebruiken geen geven "
        "goed graag haar had heb hebben heeft helpen helpt hem hen het hier hij hoe hun iemand "
        "iets ik in is je jij jouw jullie kan kent kunnen liefst maakt maar maken meer men met "
        "mij mijn misschien moet moeten mogelijk na naar net niet nieuw nieuwe nodig nog nu of om "
        "omdat onder ons onze ook op over per samen te tegen ten ter terwijl tijdens toch tot "
        "tussen u uit uw van vanuit veel via vinden voor vooral waar waarmee waarom wanneer wat "
        "we weet wel welk welke wie wij wil willen worden wordt ze zelf zich zien zij zijn zo "
        "zoals zodat zoek zoeken zoekt zonder zou zouden"
    ),
    "fr": _words(
        "a afin ai aider aimerais aimerions ainsi alors apres as au aucun aussi autour autre "
        "autres aux avant avec avez avoir avons besoin bien c ce cela celle celui ces cet cette "
        "ceux chaque cherche cherchent cherchons chez comme comment contre d dans de depuis des "
        "deux donc dont du elle elles en encore entre es est et etc ete etes etre eux faire fait "
        "faudrait faut il ils j je jusqu l la le les leur leurs lors lui m ma mais me meme mes "
        "moi moins mon n ne nos notre nous nouveau nouveaux nouvel nouvelle nouvelles on ont ou "
        "par parmi pas pendant peut peuvent plus plusieurs pour pourrait pourriez pouvez pouvoir "
        "premier premiere pres puis qu quand que quel quelle quelles quelqu quels qui quoi "
        "recherche recherchons s sa sans se selon sera ses si soit son sont souhaite souhaitons "
        "sous suis sur t te tous tout toute toutes tres trouve trouver tu un une vers veut veux "
        "via voici vos votre voudrais voulons vous y"
    ),
    "de": _words(
        "ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim "
        "bereits bevor bin bis brauche brauchen braucht da dabei damit dann das dass dem den "
        "denen denn der deren des dessen die dies diese diesem diesen dieser dieses doch dort du "
        "durch ein eine einem einen einer eines einige er erste ersten erster erstes es etwa "
        "etwas euch finden findet fur geben gegen gern gerne gibt habe haben hat hatte hatten "
        "helfen hier hilft ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist jede jeder "
        "jedes jemand jetzt kann kannst kein keine keinen konnen konnte konnten machen macht man "
        "mehr mein meine meinem meinen mich mir mit mochte mochten muss mussen nach neu neue "
        "neuem neuen neuer neues nicht noch nun nur ob oder ohne schon sehr sein seine seinen "
        "seiner seit sich sie sind so sogar solche soll sollen sowie suche suchen sucht uber um "
        "und uns unser unsere unserem unseren unserer unter viele vom von vor wann war waren "
        "warum was weil welche welchem welchen welcher welches wenn wer werden wie will wir wird "
        "wo wobei wollen wurde wurden zu zum zur zwischen"
    ),
}
"""Words that carry grammar rather than meaning, folded, by language."""

_LETTERS: Final[dict[str, Language]] = {
    **dict.fromkeys("ßäü", "de"),
    **dict.fromkeys("çèêàœî", "fr"),
    "ĳ": "nl",
}
_CLEAR_SHARE: Final = 0.4
_CLEAR_MARGIN: Final = 0.5
_WORD_WEIGHT: Final = 0.6
_PHRASE_WEIGHT: Final = 1.0
"""A phrase of several words stands by itself: French "cancer du sein" holds German "sein" by
chance, and that word alone outvotes "cancer", which is English as well."""

_LETTER_WEIGHT: Final = 0.5
_SURE: Final = 0.5
_FEWEST_WORDS: Final = 3


class LanguageReader:
    """Tells the language of a text; safe to share between threads."""

    def __init__(self, labelled: Iterable[tuple[Language, Sequence[Word]]] = ()) -> None:
        """Learn which language the landscape's own words are in.

        Args:
            labelled: words of labels and synonyms with their language; a word that several
                languages share counts a little for each.
        """
        vocabulary: dict[str, set[Language]] = {}
        phrases: dict[tuple[str, ...], set[Language]] = {}
        for language, label in labelled:
            if len(label) > 1:
                phrases.setdefault(tuple(word.folded for word in label), set()).add(language)
            for word in label:
                if word.folded.isalpha() and len(word.folded) > 2:
                    vocabulary.setdefault(word.stem, set()).add(language)
        self._vocabulary = {stem: frozenset(known) for stem, known in vocabulary.items()}
        self._phrases = {phrase: frozenset(known) for phrase, known in phrases.items()}
        self._begins = frozenset(phrase[:2] for phrase in phrases)
        self._longest = max(map(len, phrases), default=0)
        self._identifier: Any = None
        self._lock = threading.Lock()

    def read(self, text: str) -> str:
        """Return the ISO 639-1 code of the language of `text`; English when nothing tells.

        Votes decide when they cover two words in five and lead by half a word. Otherwise, from
        three words on, py3langid does, if it is at least half sure of some language; else the
        most votes do.
        """
        found = words(text)
        votes = self._vote(text, found)
        ranked = sorted(votes, key=lambda language: votes[language], reverse=True)
        best, second = ranked[0], ranked[1]
        lead = votes[best] - votes[second]
        if votes[best] >= _CLEAR_SHARE * len(found) and lead >= _CLEAR_MARGIN:
            return best
        if len(found) >= _FEWEST_WORDS:
            guess, certainty = self._identify(text)
            if certainty >= _SURE and len(guess) == 2:
                return guess
        return best

    def _vote(self, text: str, found: Sequence[Word]) -> dict[Language, float]:
        votes: dict[Language, float] = dict.fromkeys(LANGUAGES, 0.0)
        for word in found:
            languages = [lang for lang, known in FUNCTION_WORDS.items() if word.folded in known]
            weight = 1.0
            if not languages:
                languages = list(self._vocabulary.get(word.stem, ()))
                weight = _WORD_WEIGHT
            for language in languages:
                votes[language] += weight / len(languages)
        for known in self._phrases_in([word.folded for word in found]):
            for language in known:
                votes[language] += _PHRASE_WEIGHT / len(known)
        for letter in text.casefold():
            if letter in _LETTERS:
                votes[_LETTERS[letter]] += _LETTER_WEIGHT
        return votes

    def _phrases_in(self, folded: Sequence[str]) -> Iterator[frozenset[Language]]:
        """Yield the languages of each known phrase of several words, the longest at a place."""
        for start in range(len(folded) - 1):
            if tuple(folded[start : start + 2]) in self._begins:
                for end in range(min(len(folded), start + self._longest), start + 1, -1):
                    known = self._phrases.get(tuple(folded[start:end]))
                    if known:
                        yield known
                        break

    def warm(self) -> None:
        """Load py3langid now rather than at the first undecided text: half a second."""
        with self._lock:
            if self._identifier is None:
                from py3langid.langid import MODEL_FILE, LanguageIdentifier

                self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def _identify(self, text: str) -> tuple[str, float]:
        if self._identifier is None:
            self.warm()
        language, certainty = self._identifier.classify(text)
        return str(language), float(certainty)


def is_function_word(word: str, language: str | None = None) -> bool:
    """Say whether a word carries grammar only, in `language` or in any that Baken speaks."""
    folded = fold(word)
    if language in LANGUAGES:
        return folded in FUNCTION_WORDS[language]
    return any(folded in known for known in FUNCTION_WORDS.values())
