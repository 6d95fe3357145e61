"""The small map of an organisation or a place, as a picture."""

from xml.etree import ElementTree

import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.web import create_app

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def client(data):
    with Workspace.open(data=data) as workspace, TestClient(create_app(workspace)) as client:
        yield client


@pytest.mark.parametrize(
    ("address", "title", "is_around"),
    [
        ("/organisations/uz-gent/map.svg", "Ghent University Hospital on a map", False),
        ("/nl/organisations/imec/map.svg", "Vlaanderen: ergens in Leuven.", True),
        ("/fr/organisations/agoria/map.svg", "Lieu approximatif : Bruxelles.", True),
        ("/de/places/limburg/map.svg", "Limburg auf einer Karte von Flandern.", True),
    ],
)
def test_a_picture_says_where_and_how_exactly(client, address, title, is_around):
    answer = client.get(address)
    assert answer.headers["content-type"].startswith("image/svg+xml")
    picture = ElementTree.fromstring(answer.content)
    assert title in picture.findtext(f"{SVG}title")
    [mark] = picture.iter(f"{SVG}circle")
    assert (mark.get("class") == "around") is is_around
    width, height = map(float, picture.get("viewBox").split()[2:])
    assert 0 < float(mark.get("cx")) < width
    assert 0 < float(mark.get("cy")) < height
    assert len(answer.content) < 20_000


@pytest.mark.parametrize("address", ["/organisations/biovia", "/places/belgium", "/places/no-such"])
def test_what_is_nowhere_in_particular_has_no_picture(client, address):
    assert client.get(f"{address}/map.svg").status_code == 404
