"""``baken link`` and ``baken registry``, run as a person runs them, keep docs/commands.md's word.

Most tests put a fake in the linker's place; those that need the real one run the whole command.
"""

import csv
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from baken.cli import app, link
from baken.errors import LinkError
from baken.testing import FakeLinker, make_record, write_registry_sample

ROOT = Path(__file__).parents[2]
LEUVEN, GHENT = make_record("KU Leuven"), make_record("Universiteit Gent", aliases=["UGent"])
TEXTS = ["Physics, KU Leuven", "nobody", "UGent", ""]
ANSWERS = [[LEUVEN.id], [], [GHENT.id], []]
FAKE = """
import sys, time
from functools import partial
from baken import cli
from baken.cli import link
from baken.testing import FakeLinker, make_record
class Slow(FakeLinker):
    def link(self, texts):
        time.sleep({seconds} * len(texts))
        return super().link(texts)
RECORDS = (make_record("KU Leuven"), make_record("Universiteit Gent", aliases=["UGent"]))
link.opener = lambda _: partial(Slow, RECORDS)
if __name__ == "__main__":
    cli.main()
"""


def lines(path):
    return path.read_text().splitlines()


@pytest.fixture
def run(monkeypatch):
    """Run ``baken link`` in this process, with a fake linker."""
    monkeypatch.setattr(link, "opener", lambda _: partial(FakeLinker, (LEUVEN, GHENT)))

    def run(*arguments):
        return CliRunner().invoke(app, ["link", "--registry", "fake", *map(str, arguments)])

    return run


@pytest.fixture
def piped(tmp_path):
    """Start ``baken link`` in a process of its own, with a fake linker."""

    def start(*arguments, seconds=0.0):
        script = tmp_path / "fake_baken.py"
        script.write_text(FAKE.format(seconds=seconds))
        return subprocess.Popen(
            [sys.executable, script, "link", "--registry", "fake", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return start


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"affiliation": text}) + "\n" for text in TEXTS))
    return path


def test_a_file_is_answered_line_by_line(run, rows, tmp_path):
    target = tmp_path / "out.jsonl"
    done = run("--input", rows, "--output", target)
    assert done.exit_code == 0, done.output
    assert [json.loads(line)["ror_ids"] for line in lines(target)] == ANSWERS
    assert re.fullmatch(
        r"4 rows, 2 linked, 2 abstained, [\d.]+ s, [\d,]+ strings/s\.\n", done.stderr
    )
    assert done.stdout == ""


def test_a_table_keeps_its_columns(run, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("n;address\n" + "".join(f"{n};{t}\n" for n, t in enumerate(TEXTS)))
    assert run("-i", source, "-o", target, "--column", "address").exit_code == 0
    with target.open(newline="") as file:
        answers = list(csv.DictReader(file, delimiter=";"))
    assert [a["n"] for a in answers] == ["0", "1", "2", "3"]
    assert [a["ror_ids"].split(";") for a in answers] == [ids or [""] for ids in ANSWERS]
    assert json.loads(answers[0]["links"])[0]["name"] == "KU Leuven"


@pytest.mark.parametrize("processes", [1, 2])
def test_standard_input_goes_to_standard_output(piped, rows, processes):
    process = piped("--processes", processes)
    out, error = process.communicate(rows.read_bytes(), timeout=60)
    assert process.returncode == 0, error
    assert [json.loads(line)["ror_ids"] for line in out.splitlines()] == ANSWERS
    assert b"4 rows" in error


def test_a_row_of_a_pipe_is_answered_before_the_next_is_written(piped):
    process = piped()
    for text, expected in zip(TEXTS, ANSWERS, strict=True):
        process.stdin.write(json.dumps({"affiliation": text}).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["ror_ids"] == expected
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize("processes", [1, 2])
def test_interrupted_by_kill_it_says_so_and_goes_on(piped, run, rows, tmp_path, processes):
    rows.write_text(rows.read_text() * 5_000)
    target = tmp_path / "out.jsonl"
    arguments = ("--input", rows, "--output", target, "--processes", processes)
    process = piped(*arguments, seconds=1e-4)
    part = target.with_name("out.jsonl.part")
    deadline = time.monotonic() + 60
    while not part.exists() or part.stat().st_size == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert b"interrupted; what is done is kept in" in error
    assert b"Traceback" not in error
    assert not target.exists()
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    assert "Going on after the" in done.stderr
    assert [json.loads(line)["ror_ids"] for line in lines(target)] == ANSWERS * 5_000


def test_one_text_is_answered_for_people(run):
    shown = run("Physics, KU Leuven, Belgium").stdout
    assert "KU Leuven  1.00" in shown
    assert LEUVEN.id in shown
    assert "named by “KU Leuven”" in shown
    assert "names known here" in shown
    assert "No organisation" in run("nobody").stdout


def test_one_text_is_answered_as_json(run):
    answer = json.loads(run("Physics, KU Leuven", "--json").stdout)
    assert answer["ror_ids"] == [LEUVEN.id]
    assert answer["links"][0]["span"] == [9, 18]
    assert answer["explanation"]


def test_bad_rows_stop_it_or_are_counted(run, rows, tmp_path):
    rows.write_text(rows.read_text() + '{"name": "x"}\n')
    target = tmp_path / "out.jsonl"
    done = run("--input", rows, "--output", target, "--skip-bad")
    assert done.exit_code == 0
    assert "1 bad" in done.stderr
    assert "The first bad row:" in done.stderr
    assert json.loads(target.read_text().splitlines()[4])["error"].startswith("line 5")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("link", "x"), 2, "BAKEN_REGISTRY"),
        (("link", "x", "--registry", "nowhere"), 1, "no registry nowhere"),
        (("link", "x", "--registry", ".", "--input", "y"), 2, "not both"),
        (("link", "--registry", ".", "x"), 1, "registry"),
        (("registry", "build", "nowhere.zip", "--output", "made"), 1, "nowhere.zip"),
        (("registry", "build", "x", "--output", "y", "--landscape", "z", "--no-landscape"), 2, ""),
    ],
)
def test_mistakes_are_sentences_with_their_exit_code(baken, tmp_path, arguments, code, says):
    done = baken(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert says in re.sub(r"\s+", " ", done.stderr.replace("│", " "))
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def said(done):
    """What a command says on stderr, without the box that typer draws around it."""
    return re.sub(r"\s+", " ", re.sub("[│╭╮╰╯─]", " ", done.stderr))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("UZ Leuven",), "leave --engine spark out for one text"),
        (("-i", "x", "-o", "y", "--format", "csv"), "leave --format out"),
        (("-i", "x", "-o", "y", "--processes", "1"), "leave --processes out"),
        (("-i", "x", "-o", "y", "--batch-size", "9"), "leave --batch-size out"),
        (("-i", "x", "-o", "y", "--restart"), "leave --restart out"),
        (("-o", "y"), "name Parquet with --input"),
        (("-i", "x"), "name a folder with --output"),
        (("-i", "x", "-o", "y", "--spark-conf", "spark.ui"), "“spark.ui” is no KEY=VALUE"),
    ],
)
def test_what_spark_cannot_do_is_refused(run, arguments, says):
    done = run("--engine", "spark", *arguments)
    assert done.exit_code == 2
    assert says in said(done)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-i", "s3a://bucket/x"), "s3a://bucket/x is no file of this machine"),
        (("-i", "x", "--master", "yarn"), "need --engine spark"),
        (("-i", "x", "--spark-conf", "a=b"), "need --engine spark"),
    ],
)
def test_what_needs_spark_is_refused_without_it(run, arguments, says):
    done = run(*arguments)
    assert done.exit_code == 2
    assert says in said(done)


def test_what_is_not_given_is_not_refused_with_spark(run, tmp_path):
    done = run("--engine", "spark", "-i", "x", "-o", "y", "--master", "nowhere")
    assert isinstance(done.exception, LinkError)
    assert "“nowhere” is no Spark master" in str(done.exception)


@pytest.mark.enable_socket
def test_spark_answers_as_processes_do(baken, tmp_path):
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("Spark needs pyspark (pip install -e '.[spark]') and Java 17.")
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pa.table({"n": [1, 2, 3], "address": ["KU Leuven, Leuven", "nobody", "KU Leuven"]})
    parquet.write_table(table, tmp_path / "in.parquet")
    write_registry_sample(tmp_path / "ror.jsonl")
    built = baken("registry", "build", "ror.jsonl", "--output", "registry", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    files = ("--registry", "registry", "--input", "in.parquet", "--column", "address")
    spark = ("--engine", "spark", "--master", "local[2]", "--spark-conf", "spark.app.name=x=y")
    for arguments in (("--output", "a.parquet"), ("--output", "b", *spark)):
        done = baken("link", *files, *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "3 rows, 2 linked, 1 abstained" in done.stderr
    answers = parquet.read_table(tmp_path / "b").sort_by("input_row")
    assert answers.drop_columns(["input_file", "input_row"]).equals(
        parquet.read_table(tmp_path / "a.parquet")
    )
    again = baken("link", *files, "--output", "b", *spark, cwd=tmp_path)
    assert again.returncode == 1
    assert "b exists already" in again.stderr
    assert "Traceback" not in again.stderr


def documented():
    """The commands of this page that docs/commands.md shows."""
    text = (ROOT / "docs" / "commands.md").read_text()
    section = re.search(r"## Link texts.*?(?=\n## |\Z)", text, re.DOTALL)[0]
    for block in re.findall(r"```text\n(.*?)```", section, re.DOTALL):
        yield from (line[2:] for line in block.splitlines() if line.startswith("$ baken"))


def test_the_documented_commands_run_in_their_order(baken, tmp_path):
    write_registry_sample(tmp_path / "ror.zip")
    (tmp_path / "names.jsonl").write_text('{"affiliation": "KU Leuven"}\n{"affiliation": ""}\n')
    (tmp_path / "papers.csv").write_text("doi,address\n10/x,KU Leuven\n")
    commands = list(documented())
    assert len(commands) >= 4
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "baken"
        done = baken(*arguments, cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
        assert "Traceback" not in done.stderr
    answers = [json.loads(line) for line in lines(tmp_path / "links.jsonl")]
    assert [a["ror_ids"] for a in answers] == [["https://ror.org/05f950310"], []]


@pytest.mark.parametrize("processes", [1, 2])
def test_the_real_linker_answers_a_unit_of_the_landscape(baken, tmp_path, processes):
    write_registry_sample(tmp_path / "ror.jsonl")
    built = baken("registry", "build", tmp_path / "ror.jsonl", "--output", tmp_path / "registry")
    assert built.returncode == 0, built.stderr
    rows = tmp_path / "in.jsonl"
    rows.write_text('{"affiliation": "Laboratory for Molecular & Cellular Therapy, VUB"}\n')
    done = baken(
        *("link", "--registry", tmp_path / "registry", "--input", rows),
        *("--processes", processes),
    )
    assert done.returncode == 0, done.stderr
    ids = [one["id"] for one in json.loads(done.stdout)["links"]]
    assert "organisations/vub-molecular-cellular-therapy" in ids
