"""Names in texts: what is an address, whose unit is whose, and what a registry adds."""

from pathlib import Path

import pytest

from baken import Workspace
from baken.linker.own import open_own_linker
from baken.linker.registry import RegistryName, RegistryRecord
from baken.model import Link, Linked
from baken.partners.naming import Naming, looks_like_address

ADDRESSES = [
    "Dept. of Neurology, UZ Leuven, Herestraat 49, 3000 Leuven, Belgium",
    "dept. of neurology, uz leuven, herestraat 49, 3000 leuven",
    "KU Leuven, Belgium",
    "Universiteit Gent; Vakgroep Inwendige Ziekten; Gent",
    "https://ror.org/05f950310",
]
NEEDS = [
    "",
    "UZ Leuven",
    "a biobank",
    "We want to test an app with UZ Leuven, in Leuven",
    "Wir suchen eine Klinik, die mit UZ Leuven arbeitet",
    "Nous cherchons un partenaire à Gand, avec des patients",
    "cancer, lung disease, sensors",
    "space for a start-up, in Ghent, with wet labs",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address(text):
    assert looks_like_address(text)


@pytest.mark.parametrize("text", NEEDS)
def test_no_address(text):
    assert not looks_like_address(text)


class Registry:
    """Links every text to what it is told."""

    version = "1"

    def __init__(self, *links: Link) -> None:
        self._linked = Linked((), links)

    def link(self, texts):
        return [self._linked for _ in texts]


@pytest.fixture(scope="module")
def own(new_data):
    with Workspace.open(data=new_data()) as workspace:
        yield workspace.landscape_linker, workspace._own


def naming(own, *links):
    linker, pairs = own
    ids = {record.id: one.id for one, record in pairs}
    return Naming(linker, ids, [one for one, _ in pairs], Registry(*links))


def test_a_longer_name_of_the_registry_wins(own):
    text = "Texas Biomedical Research Institute"
    texas = Link("https://ror.org/00wbskb04", text, (0, len(text)), 0.9)
    assert [one.id for one in naming(own).read(text).organisations] == ["biomed-uhasselt"]
    assert [one.ror for one in naming(own, texas).read(text).organisations] == [texas.id]


def test_the_landscape_wins_over_the_same_words(own):
    text = "Agoria, Brussels"
    elsewhere = Link("https://ror.org/000000000", "Agoria", (0, 6), 0.9)
    assert [one.id for one in naming(own, elsewhere).read(text).organisations] == ["agoria"]


def test_a_registry_adds_what_is_elsewhere_to_an_address_and_not_to_a_need(own):
    harvard = Link("https://ror.org/03vek6s52", "Harvard University", (19, 37), 0.9)
    text = "UZ Leuven, Leuven; Harvard University, Boston"
    [one, other] = naming(own, harvard).read(text).organisations
    assert (one.id, other.id, other.words) == ("uz-leuven", None, "Harvard University")
    need = "We work at Harvard University and look for a clinic"
    assert naming(own, harvard).read(need) is None


def test_an_index_is_kept_until_the_organisations_change(tmp_path: Path):
    def record(name: str) -> RegistryRecord:
        return RegistryRecord(id="organisations/x", names=(RegistryName(name, ("label",), "en"),))

    said: list[str] = []
    first = open_own_linker([record("Zwin Institute")], tmp_path, progress=said.append)
    again = open_own_linker([record("Zwin Institute")], tmp_path, progress=said.append)
    assert first.version == again.version
    assert len(said) == 1
    other = open_own_linker([record("Zwin Laboratory")], tmp_path, progress=said.append)
    assert other.version != first.version
    assert len([*tmp_path.iterdir()]) == 1
