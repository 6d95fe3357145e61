"""The linker on the whole registry, where it lies beside the checkout."""

from importlib import import_module
from pathlib import Path

import pytest

from baken.linker import Linker

ROOT = Path(__file__).parents[2]
KU_LEUVEN = "https://ror.org/05f950310"


@pytest.fixture(scope="module")
def linker():
    """The linker on the index of all of ROR and the shipped landscape; built once, then kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        run = import_module("evals.linking.run")
    try:
        folder = run.cached_index()
    except run.MissingDataError as error:
        pytest.skip(str(error))
    return Linker.open(folder)


@pytest.mark.parametrize(
    ("text", "ror_id"),
    [
        ("Department of Physics, KU Leuven, Celestijnenlaan 200D, 3001 Leuven, Belgium", KU_LEUVEN),
        ("K.U.Leuven, Belgium", KU_LEUVEN),
        ("Katholieke Universiteit te Leuven, Leuven, Belgium", KU_LEUVEN),
        (
            "Dept. of Neurology, UZ Leuven, Herestraat 49, 3000 Leuven, Belgium",
            "https://ror.org/0424bsv16",
        ),
        ("Univ. Amsterdam, Amsterdam, The Netherlands", "https://ror.org/04dkp9463"),
        ("Lomonosov Moscow State Universty, Moscow, Russia", "https://ror.org/010pmpe69"),
        ("Университет ИТМО, Санкт-Петербург", "https://ror.org/04txgxn49"),
        ("جامعة الملك سعود, الرياض", "https://ror.org/02f81g417"),
        ("Université Paris Diderot, Paris, France", "https://ror.org/05f82e368"),
    ],
)
def test_what_nobody_would_doubt_is_linked(linker, text, ror_id):
    [answer] = linker.link([text])
    assert answer.ror_ids[:1] == (ror_id,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Belgium",
        "Department of Physics",
        "the corresponding author",
        "12 rue de la Paix, 75002 Paris, France",
        "Independent researcher, Leuven, Belgium",
    ],
)
def test_nobody_is_linked_where_nobody_is_named(linker, text):
    assert linker.link([text])[0].links == ()


def test_several_organisations_of_one_text_are_linked(linker):
    text = (
        "1 University of Amsterdam, Amsterdam, The Netherlands; "
        "2 Harvard University, Cambridge, MA, USA"
    )
    [answer] = linker.link([text])
    assert set(answer.ror_ids) == {"https://ror.org/04dkp9463", "https://ror.org/03vek6s52"}
    spans = {link.name: text[slice(*link.span)] for link in answer.links}
    assert spans["University of Amsterdam"] == "University of Amsterdam"


def test_the_registry_and_the_landscape_are_all_there(linker):
    long = "; ".join(["University of Amsterdam", "KU Leuven", "Universität Wien"] * 20)
    texts = [long, "x" * 100_000, "\ud800" * 1_000, "Uni " * 20_000]
    assert len(linker.link(texts)) == len(texts)
    [unit] = linker.link(["Laboratory for Molecular and Cellular Therapy"])
    assert [link.id for link in unit.links if link.id.startswith("organisations/")]
