"""The page for the data-protection officer forgets no table, and gives no wrong term."""

import re
from pathlib import Path

from baken.config import PREFIX, Settings
from baken.desk.desk import TABLES

PAGE = (Path(__file__).parents[2] / "docs" / "data-protection.md").read_text()


def test_every_table_of_the_desk_is_accounted_for():
    schema = (TABLES.folder / "sqlite" / "schema.sql").read_text()
    tables = set(re.findall(r"^CREATE TABLE (\w+)", schema, re.MULTILINE))
    told = set(re.findall(r"`(\w+)`", PAGE.split("## How long")[0]))
    assert tables
    assert tables - told == set()


def test_every_term_is_the_setting_s_own():
    settings = Settings.load({})
    names = [name for name in Settings.__struct_fields__ if name.startswith("keep_")]
    assert names
    for name in names:
        [row] = [line for line in PAGE.splitlines() if f"`{PREFIX}{name.upper()}`" in line]
        assert f"| {getattr(settings, name)} days" in row
