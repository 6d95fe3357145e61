"""What is left of a need without good morning and thank you."""

from __future__ import annotations

import pytest

from baken.partners.brief import _cues
from baken.partners.manners import Manners


@pytest.fixture(scope="module")
def manners() -> Manners:
    return Manners(_cues()["manners"]["polite"])


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        (
            "en",
            "Hello, we need a biobank. Many thanks in advance! Kind regards",
            "we need a biobank.",
        ),
        ("en", "Dear all, could you help us? We make an app.", "We make an app."),
        (
            "nl",
            "Geachte heer, mevrouw, kunt u ons helpen? Wij maken een app.",
            "Wij maken een app.",
        ),
        (
            "fr",
            "Bonjour, nous cherchons une biobanque. Merci d'avance pour votre réponse.",
            "nous cherchons une biobanque.",
        ),
        (
            "de",
            "Sehr geehrte Damen und Herren, wir suchen eine Biobank. Mit freundlichen Grüßen",
            "wir suchen eine Biobank.",
        ),
    ],
)
def test_politeness_at_either_end_is_left_out(
    manners: Manners, language: str, text: str, left: str
) -> None:
    assert manners.leave_out(text, language) == left


@pytest.mark.parametrize(
    "text",
    [
        "We need a biobank",
        "Good morning",  # nothing else: it may be a name after all
        "A question about lungs. Thank you",
        "lung\nheart",
        "",
    ],
)
def test_what_says_something_stays(manners: Manners, text: str) -> None:
    assert manners.leave_out(text, "en").startswith(text.partition(". Thank")[0])


def test_politeness_in_the_middle_stays(manners: Manners) -> None:
    text = "We make an app. Thank you. We need a hospital."
    assert manners.leave_out(text, "en") == text


def test_another_language_is_no_politeness(manners: Manners) -> None:
    assert manners.leave_out("Guten Tag. Wir suchen", "en") == "Guten Tag. Wir suchen"
