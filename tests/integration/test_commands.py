"""The command line, run as a person runs it, keeps the promises of docs/commands.md."""

import contextlib
import json
import re
import shlex
import shutil
import socket
import time
from pathlib import Path

import pytest
from tests.running_site import free_port, serving

from baken import Workspace, landscape

ROOT = Path(__file__).parents[2]
NEEDS = [
    {"id": "a", "text": "labo voor celtherapie tegen kanker"},
    {"id": 2, "text": "Campus für ein Start-up mit gesunden Lebensmitteln"},
]
EXAMPLES = {
    "labo voor celtherapie tegen kanker": {"vub-molecular-cellular-therapy"},
    "incubateur pour une jeune pousse de santé numérique à Anvers": {
        "bluehealth-innovation-center",
        "startupvillage",
    },
    "Campus für ein Start-up mit gesunden Lebensmitteln": {"feed-food-health-campus"},
}


def documented():
    """Every ``$ baken …`` line of the documentation and the README."""
    for name in ("docs/commands.md", "README.md"):
        for block in re.findall(r"```console\n(.*?)```", (ROOT / name).read_text(), re.DOTALL):
            for line in block.splitlines():
                if line.startswith("$ ") and "baken" in line and "serve" not in line:
                    yield line.removeprefix("$ ").removeprefix(".venv/bin/")


@pytest.mark.parametrize("command", sorted(set(documented())))
def test_documented_commands_run(baken, tmp_path, command):
    (tmp_path / "needs.jsonl").write_text("\n".join(map(json.dumps, NEEDS)))
    (tmp_path / "landscapes").symlink_to(ROOT / "landscapes")
    program, *arguments = shlex.split(command)
    assert program == "baken"
    done = baken(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("need", EXAMPLES)
def test_find_answers_with_reasons_that_can_be_checked(baken, need):
    done = baken("find", need, "--json", "--limit", "5")
    answer = json.loads(done.stdout)
    assert answer["need"]["text"] == need
    first = answer["matches"][0]
    assert first["id"] in EXAMPLES[need]
    assert 0 < first["score"] <= 1
    for match in answer["matches"]:
        assert match["reasons"], match["id"]
        for reason in match["reasons"]:
            assert reason["text"]
            assert all(answer["statements"][s]["citation"]["url"] for s in reason["statements"])
            assert reason["statements"]


def test_a_hospital_lung_department_comes_first(baken):
    need = "we make a smart inhaler and look for a hospital lung department for a first study"
    answer = json.loads(baken("find", need, "--json").stdout)
    assert answer["need"]["language"] == "en"
    assert "clinical-validation" in answer["need"]["roles"]
    assert "respiratory" in answer["matches"][0]["id"]


def test_a_reading_is_corrected(baken):
    options = ("--with", "role:Space", "--without", "theme:lung", "--with", "not-kind:hospital")
    done = baken("find", "a lung biobank", *options, "--stage", "idea", "--json")
    need = json.loads(done.stdout)["need"]
    assert "lung" not in need["themes"]
    assert "space" in need["roles"]
    assert need["kinds"] == ["biobank"]
    assert need["stage"] == "idea"
    assert need["excluded"]["kinds"] == ["hospital"]
    shown = baken("find", "a biobank, not a university, near Hasselt", "--stage", "market").stdout
    assert "Near Hasselt · Not: University" in shown
    assert "Stage: On the market" in shown


def test_whom_to_consider_also_and_the_nearest_miss_are_named(baken):
    need = ("find", "coaching in Ghent", "--limit", "3")
    answer = json.loads(baken(*need, "--json").stdout)
    shown = " ".join(baken(*need).stdout.split())
    assert 1 <= len(answer["also"]) <= 3
    missed = answer["nearest_miss"]
    assert missed["why"]["text"].startswith("Fits better otherwise, but is in ")
    assert all(answer["statements"][s]["citation"]["url"] for s in missed["why"]["statements"])
    beside, _, after = shown.partition("Also consider")[2].partition("Nearest miss: ")
    for one in answer["also"]:
        assert f"{one['match']['name']} ({one['match']['id']})" in beside
        assert one["why"]["text"] in beside
    assert after.startswith(f"{missed['match']['name']} (")
    assert re.search(re.escape(missed["why"]["text"]) + r" \[\d+\]", after)


def test_where_nothing_fits_the_nearest_miss_is_named(baken):
    need = ("find", "lung cancer", "--province", "West Flanders")
    answer = json.loads(baken(*need, "--json").stdout)
    assert answer["matches"] == answer["also"] == []
    shown = baken(*need).stdout
    assert "Also consider" not in shown
    assert f"Nearest miss: {answer['nearest_miss']['match']['name']} (" in shown
    assert "not in West Flanders" in " ".join(shown.split())


def test_a_file_of_needs_is_answered_in_order(baken, tmp_path):
    path = tmp_path / "needs.jsonl"
    path.write_text("\n".join(map(json.dumps, NEEDS)) + "\n")
    rows = [json.loads(line) for line in baken("find", "--file", path).stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", 2]
    assert {"need", "matches", "milliseconds"} <= rows[0].keys()


def test_organisations_as_json_lines_keep_the_record(baken):
    rows = [json.loads(line) for line in baken("organisations", "--json").stdout.splitlines()]
    by_id = {row["id"]: row for row in rows}
    assert len(rows) == len(list((landscape.shipped() / "organisations").rglob("*.yaml")))
    gent = by_id["uz-gent"]
    assert gent["province"] == "East Flanders"
    assert {"metric": "beds", "value": 1000, "qualifier": "at-least"}.items() <= next(
        figure.items()
        for figure in gent["figures"]
        if figure["qualifier"] == "at-least" and figure["metric"] == "beds"
    )
    assert all(row["citations"] > 0 for row in rows)
    known = by_id.keys()
    for row in rows:
        assert set(row["part_of"]) <= known


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("find",), 2, "Give a need"),
        (("find", "x", "--role", "plumber"), 1, "no role “plumber”"),
        (("find", "x", "--province", "Utopia"), 1, "no province “Utopia”"),
        (("find", "x", "--limit", "0"), 1, "1 to 100"),
        (("find", "x", "--with", "space"), 1, "“space” is no part of a need"),
        (("find", "x", "--without", "theme:lungg"), 1, "Did you mean one of these: lung?"),
        (("find", "x", "--stage", "teenage"), 1, "no stage “teenage”"),
        (("find", "x", "--language", "tlh"), 1, "Choose one of: en, nl, fr, de"),
        (("find", "--file", "nowhere.jsonl"), 1, "nowhere.jsonl"),
        (("landscape", "check", "nowhere"), 1, "no folder nowhere"),
        (("landscape", "check", "docs"), 1, "no landscape.yaml"),
        (("organisations", "--store", "README.md"), 1, "README.md"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_mistakes_are_sentences_with_their_exit_code(baken, arguments, code, says):
    done = baken(*arguments)
    assert done.returncode == code
    assert says in re.sub(r"\s+", " ", done.stderr.replace("│", " "))
    assert "Traceback" not in done.stderr


def test_a_bad_row_of_a_needs_file_is_named_before_anything_is_answered(baken, tmp_path):
    path = tmp_path / "needs.jsonl"
    path.write_text(json.dumps(NEEDS[0]) + '\n{"id": 1}\n')
    done = baken("find", "--file", path)
    assert done.returncode == 1
    assert f"{path}:2:" in done.stderr
    assert done.stdout == ""


def test_debug_shows_where_a_mistake_arose(baken):
    arguments = ("find", "x", "--limit", "0")
    assert "Traceback" not in baken(*arguments).stderr
    assert "Traceback" in baken("--debug", *arguments).stderr


def test_history_keeps_what_is_no_longer_said(tmp_path, data):
    folder, store = tmp_path / "landscape", str(tmp_path / "kept.sqlite")
    shutil.copytree(landscape.shipped(), folder)
    with Workspace.open(landscape=folder, store=store, data=data) as workspace:
        before = workspace.organisation("uz-gent")
    path = folder / "organisations" / "uz-gent.yaml"
    said = path.read_text()
    path.write_text(said.replace("Academisch Ziekenhuis", "Academic Hospital", 1))
    with Workspace.open(landscape=folder, store=store, data=data) as workspace:
        now = workspace.organisation("uz-gent")
        [gone] = [s for s in workspace.history("uz-gent") if s.retired]
    assert gone.id in {s.id for s in before.statements} - {s.id for s in now.statements}


def test_a_misspelt_setting_is_named(baken):
    done = baken("organisations", BAKEN_LANDSCAP="x")
    assert done.returncode == 1
    assert "BAKEN_LANDSCAP" in done.stderr


def test_a_broken_landscape_is_not_loaded(baken, tmp_path):
    shutil.copytree(landscape.shipped(), tmp_path / "broken")
    path = tmp_path / "broken" / "organisations" / "imec.yaml"
    path.write_text(path.read_text().replace("kind: ", "kind: x", 1))
    done = baken("organisations", "--landscape", tmp_path / "broken")
    assert done.returncode == 1
    assert "organisations/imec.yaml:1" in done.stderr
    assert "baken landscape check" in done.stderr


def test_a_landscape_is_one_file_to_share(baken, tmp_path):
    made = baken(
        "organisations",
        "--json",
        "--landscape",
        landscape.shipped(),
        "--store",
        tmp_path / "flanders.sqlite",
    )
    assert made.returncode == 0, made.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["flanders.sqlite"]
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes((tmp_path / "flanders.sqlite").read_bytes())
    copy.chmod(0o444)
    assert baken("organisations", "--json", "--store", copy).stdout == made.stdout


def test_help_says_what_each_command_is_for(baken):
    shown = baken("--help").stdout
    for command in ("find", "organisations", "landscape", "serve"):
        assert command in shown


PITCH = """A clip for inhalers

We look for a hospital lung department for a study with patients with asthma.
We need a contract manufacturer for plastic clips.
"""


def test_a_project_is_sketched_from_a_file_or_standard_input(baken, tmp_path):
    pitch = tmp_path / "pitch.txt"
    pitch.write_text(PITCH)
    done = baken("find", "--project", "--file", pitch, "--json")
    sketch = json.loads(done.stdout)
    assert [slot["role"] for slot in sketch["slots"]] == ["clinical-validation", "manufacturing"]
    assert sketch["slots"][0]["lead"]["reasons"]
    gap = sketch["slots"][1]["gap"]  # whether somebody makes clips is the landscape's to say
    # However wide the terminal is.
    shown = " ".join(baken("find", "--project", "--file", pitch).stdout.split())
    assert "We need a contract manufacturer for plastic clips." in shown
    assert ("Nobody known here offers this" in shown) == bool(gap)
    assert baken("find", "--project", PITCH, "--json").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--project"], 2),
        (["--project", "words", "--role", "space"], 2),
        (["--project", "--file", "nowhere.txt"], 1),
    ],
)
def test_a_project_that_cannot_be_read_is_refused_in_a_sentence(baken, arguments, code):
    done = baken("find", *arguments)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_the_guide_names_the_rule_that_decided(baken, tmp_path):
    path = tmp_path / "company.yaml"
    path.write_text("size: large\nregion: flanders\nplans: [training]\nform: company\n")
    advice = json.loads(
        baken("guide", "ask", "--profile", path, "--size", "small", "--json").stdout
    )
    verdict = next(one for one in advice["measures"] if one["id"] == "kmo-portefeuille")
    assert verdict["outcome"] == "applies"
    said = baken("guide", "ask", "--profile", path, "--all").stdout
    assert "Not met: The company is micro, small or medium-sized" in said
    assert "guide/measures/kmo-portefeuille.yaml:" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("guide", "ask", "--sise", "small"), "Did you mean “size”?"),
        (("guide", "ask", "--size"), "--size needs an answer"),
        (("guide", "ask", "small"), "Write --fact value"),
        (("guide", "ask", "--profile", "nowhere.yaml"), "nowhere.yaml"),
        (("guide", "ask", "--province", "limburg", "--region", "wallonia"), "contradict"),
        (("guide", "ask", "--language", "tlh"), "Use one of en, nl, fr, de"),
        (("guide", "show", "kmo-portfeuille"), "Did you mean “kmo-portefeuille”?"),
        (("guide", "check", "docs"), "no landscape"),
        (("guide", "check", "--on", "yesterday"), "“yesterday” is no day"),
    ],
)
def test_mistakes_at_the_guide_are_sentences(baken, arguments, says):
    done = baken(*arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.enable_socket
def test_serving_where_something_serves_is_refused(baken):
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = taken.getsockname()[1]
        done = baken("serve", "--port", port)
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_serving_at_an_address_of_another_machine_is_refused(baken):
    done = baken("serve", "--host", "192.0.2.1")
    assert done.returncode == 1
    assert "Nothing can be served at 192.0.2.1" in done.stderr


@pytest.mark.enable_socket
def test_a_site_whose_process_is_killed_leaves_the_port_to_the_next(data, tmp_path):
    port = free_port()
    given = {"BAKEN_URL": f"http://127.0.0.1:{port}", "BAKEN_DATA": str(data)}
    with serving(given, tmp_path / "log") as server:
        server.kill()  # its worker is another process, and hears nothing of it
        server.wait()
    end = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            break
        assert time.monotonic() < end, "a worker still has the port"
        time.sleep(0.2)
