"""What somebody says of themselves is not what they look for."""

import pytest

from baken.partners.asker import Asker
from baken.partners.brief import _cues, _marked

ASKER = Asker(_cues()["asker"])


def of_asker(text, language):
    read, marks = _marked(text)
    return " ".join(read[i].surface for i in sorted(ASKER.positions(read, marks, language)))


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "An investment fund wants to meet start-ups", "An investment fund"),
        ("nl", "Woonzorgcentrum uit Gent zoekt een testpartner", "Woonzorgcentrum uit Gent"),
        ("fr", "Un laboratoire belge cherche un hôpital", "Un laboratoire belge"),
        ("de", "Der Verband sucht ein Labor.", "Der Verband"),
        ("en", "We are a hospital in Ghent and look for a lab", "We are a hospital in Ghent"),
        ("en", "Hello. A clinic seeks funding.", "A clinic"),
        ("de", "Ich bin Arzt, suche Geld", "Ich bin Arzt"),
        (
            "de",
            "Wir sind ein Medizintechnik-Hersteller und suchen Räume",
            "Wir sind ein Medizintechnik Hersteller",
        ),
        ("en", "We are looking for a hospital", "We are"),
    ],
)
def test_who_asks_is_told_from_who_is_sought(language, text, said):
    assert of_asker(text, language) == said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", ""),
        ("en", "Which hospital wants to test our app?"),
        ("en", "a hospital that wants to test our app"),
        ("nl", "een ziekenhuis dat wil testen"),
        ("de", "Ein Labor, das mit uns arbeiten möchte"),
        ("nl", "Voor een studie zoekt ons bedrijf stalen"),
        ("de", "Wo finde ich ein Labor, wer sucht mit?"),
        ("en", "lab space in Leuven"),
        ("nl", "Financiering zoeken voor een start-up"),
    ],
)
def test_the_partner_is_not_taken_for_the_asker(language, text):
    assert of_asker(text, language) == ""
