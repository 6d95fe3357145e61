"""Settings come from one place, and mistakes in them are sentences."""

from pathlib import Path

import pytest

from baken.config import PREFIX, Settings
from baken.errors import SettingError

DOCUMENTED = Path(__file__).parents[2] / "docs" / "settings.md"


def test_given_goes_before_the_environment_and_that_before_the_default():
    environment = {"BAKEN_PORT": "8080", "BAKEN_HOST": "0.0.0.0", "HOME": "/elsewhere"}
    settings = Settings.load(environment, port=9000, host=None)
    assert (settings.port, settings.host, settings.workers) == (9000, "0.0.0.0", 1)


def test_paths_expand_the_home_folder():
    assert Settings.load({"BAKEN_DATA": "~/x"}).data == Path("~/x").expanduser()


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"BAKEN_PROT": "1"}, "no setting BAKEN_PROT"),
        ({"BAKEN_PORT": "many"}, "port"),
        ({"BAKEN_MAP_TILES": "https://tiles.example.org/"}, "no address of map tiles"),
        ({"BAKEN_MAP_TILES": "https://a; script-src *//{z}/{x}/{y}"}, "no address of map tiles"),
        ({"BAKEN_MAP_TILES": "https://tiles.example.org/{z}/{x}/{y}.png"}, "BAKEN_MAP_CREDIT"),
    ],
)
def test_a_mistake_is_a_sentence(environment, says):
    with pytest.raises(SettingError, match=says):
        Settings.load(environment)


def test_every_setting_is_documented_and_nothing_else_is():
    lines = DOCUMENTED.read_text().splitlines()
    documented = {line.split("`")[1] for line in lines if line.startswith("| `BAKEN_")}
    assert documented == {f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__}
