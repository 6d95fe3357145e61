"""A landscape's organisations join the registry under ids that tell them apart."""

from baken.linker.landscape import landscape_records
from baken.model import FormerName, Identifier, assemble
from baken.testing import describe, make_landscape, make_statement

ROR = "https://ror.org/05f950310"


def organisation(organisation_id, *more, place_id=None, **said):
    statements = [*describe(organisation_id, **said), *more]
    return assemble(statements, place_id=place_id)


def test_a_unit_is_a_record_with_its_parent_place_and_names():
    university = organisation(
        "kul",
        make_statement("kul", "identifier", Identifier("ror", "05f950310")),
        name="KU Leuven",
        kind="university",
    )
    lab = organisation(
        "lab",
        make_statement("lab", "name", "Labo voor celtherapie", language="nl"),
        make_statement("lab", "acronym", "LMCT"),
        make_statement("lab", "former-name", FormerName("Old Lab")),
        name="Laboratory for Cell Therapy",
        kind="laboratory",
        part_of="kul",
        place_id="leuven",
    )
    parent, unit = landscape_records([university, lab], make_landscape())
    assert (parent.id, parent.types) == (ROR, ("education",))
    assert unit.id == "organisations/lab"
    assert unit.display_name == "Laboratory for Cell Therapy"
    assert [(n.value, n.kinds, n.language) for n in unit.names[1:]] == [
        ("Labo voor celtherapie", ("label",), "nl"),
        ("LMCT", ("acronym",), None),
        ("Old Lab", ("alias",), None),
    ]
    assert unit.relations == (("parent", ROR),)
    [place] = unit.places
    assert (place.city, place.region, place.country) == ("Leuven", "Flemish Brabant", "Belgium")


def test_two_organisations_never_share_an_id():
    same = [
        organisation(key, make_statement(key, "identifier", Identifier("ror", "05f950310")))
        for key in ("a", "b")
    ]
    assert [r.id for r in landscape_records(same, make_landscape())] == [ROR, "organisations/b"]


def test_a_parent_outside_the_landscape_is_left_out():
    [record] = landscape_records([organisation("a", part_of="nobody")], make_landscape())
    assert record.relations == ()
    assert record.places == ()
