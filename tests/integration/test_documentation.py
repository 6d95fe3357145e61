"""The Python that the documentation shows runs as it stands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = [
    (path.name, number, block)
    for path in sorted((ROOT / "docs").glob("*.md"))
    for number, block in enumerate(
        re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL), start=1
    )
]


@pytest.fixture(scope="module")
def data(new_data):
    """A folder of its own: what is shown sets up a desk, which other tests must not find."""
    return new_data()


@pytest.mark.parametrize(("name", "number", "block"), BLOCKS, ids=lambda x: str(x)[:20])
def test_documented_python_runs(monkeypatch, tmp_path, data, capsys, name, number, block):
    monkeypatch.setenv("BAKEN_DATA", str(data))
    monkeypatch.chdir(tmp_path)
    exec(compile(block, f"{name}, block {number}", "exec"), {})
    assert "Traceback" not in capsys.readouterr().out


def test_the_annotated_examples_are_valid_organisations(tmp_path):
    """The examples of the format's page pass the checker, but for their made-up neighbours."""
    import shutil

    from baken import landscape

    examples = re.findall(
        r"```yaml\n(# organisations/(example-[a-z]+\.yaml).*?)```",
        (ROOT / "docs" / "landscape-format.md").read_text(),
        re.DOTALL,
    )
    assert [name for _, name in examples] == ["example-biobank.yaml", "example-incubator.yaml"]
    for name in ("landscape.yaml", "sources.yaml", "themes.yaml", "places.yaml"):
        shutil.copy(landscape.shipped() / name, tmp_path)
    folder = tmp_path / "organisations"
    folder.mkdir()
    for example, name in examples:
        (folder / name).write_text(example)
    for name, kind in (("example-university", "university"), ("example-cluster", "cluster")):
        (folder / f"{name}.yaml").write_text(f"kind: {kind}\nsource: fit\nnames: [{name}]\n")
    assert landscape.check(tmp_path) == []


def test_the_annotated_measure_step_and_body_are_valid(tmp_path):
    """The examples of the guide's page pass the checker beside the shipped guide."""
    import datetime
    import shutil

    from baken import guide, landscape

    page = (ROOT / "docs" / "guide.md").read_text()
    [example] = re.findall(
        r"```yaml\n(# guide/measures/example-voucher\.yaml.*?)```", page, re.DOTALL
    )
    folder = tmp_path / "region"
    shutil.copytree(landscape.shipped(), folder)
    (folder / "guide" / "measures" / "example-voucher.yaml").write_text(example)
    for name in ("steps", "bodies"):
        [entry] = re.findall(rf"```yaml\n# in guide/{name}\.yaml[^\n]*\n(.*?)```", page, re.DOTALL)
        with (folder / "guide" / f"{name}.yaml").open("a") as file:
            file.write(entry)
    assert guide.check(folder, datetime.date(2026, 11, 23)) == []
    assert "example-voucher" in guide.read(folder).guide.measures
    assert "open-laboratory" in {step.id for step in guide.read(folder).guide.steps}
