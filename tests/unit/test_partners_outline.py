"""Longer texts are cut where people and funding portals cut them."""

from hypothesis import given
from hypothesis import strategies as st

from baken.partners.outline import headings, sentences

PITCH = """A clip for inhalers

Where we are. Dr. Juhl founded us in 2021. We have 0.8
false alarms a day.

5. What we need
5.1 Science. A group that knows lungs would help us with this question.
5.2 Data: a cohort of patients is what we would need for this.

What we look for:

- a hospital for a study;
- an investor.

The end is near.
"""
CALL = (
    "Expected Outcome:People at risk get advice.Doctors have tools[1].Scope:Proposals should "
    "study why.They should also test it."
)


def test_headings_are_said_of_sentences():
    found = {one.text: one for one in sentences(PITCH)}
    assert found["Dr. Juhl founded us in 2021."].sections == ("Where we are",)
    assert "We have 0.8 false alarms a day." in found
    science = next(one for text, one in found.items() if text.startswith("A group"))
    assert science.sections == ("5. What we need", "5.1 Science")
    item = found["a hospital for a study;"]
    assert item.is_item
    assert item.sections[-1] == "What we look for"
    assert "What we look for" not in found["The end is near."].sections
    assert next(headings(PITCH)) == "A clip for inhalers"


def test_glued_paragraphs_are_parted():
    found = list(sentences(CALL))
    assert found[0].sections == ("Expected Outcome",)
    assert [one.text for one in found if one.sections == ("Scope",)] == [
        "Proposals should study why.",
        "They should also test it.",
    ]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_every_sentence_stands_where_it_says(text):
    for one in sentences(text):
        assert " ".join(text[one.start : one.end].split()) == one.text
