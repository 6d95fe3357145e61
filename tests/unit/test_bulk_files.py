"""Files are linked in order, whole or not at all, and from where an earlier run stopped."""

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baken.bulk import link_file
from baken.errors import LinkError
from baken.model import Link, Linked
from baken.testing import FakeLinker, make_record

LEUVEN, GHENT = make_record("KU Leuven"), make_record("Universiteit Gent", aliases=["UGent"])
open_fake = partial(FakeLinker, (LEUVEN, GHENT))
TEXTS = ["Physics, KU Leuven", "nobody", "UGent", "", "KU Leuven, UGent, 🧪"]


class StoppingLinker(FakeLinker):
    """A linker that is interrupted after some calls."""

    def __init__(self, records, calls, error=KeyboardInterrupt):
        super().__init__(records)
        self.left, self.error = calls, error

    def link(self, texts):
        self.left -= 1
        if self.left < 0:
            raise self.error
        return super().link(texts)


class DyingLinker(FakeLinker):
    """A linker whose process the system ends."""

    def link(self, texts):
        os.kill(os.getpid(), signal.SIGKILL)


def unopened():
    raise LinkError("There is no registry here.")


def lines(path):
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    return [json.loads(line) for line in data.splitlines()]


def run(source, target, **options):
    return link_file(source, target, **{"open_linker": open_fake, **options})


@pytest.fixture
def write(tmp_path):
    """A function that writes texts, or raw bytes, to a file and returns its path."""

    def write(name, content=TEXTS, **more):
        path = tmp_path / name
        if not isinstance(content, bytes):
            rows = [{"affiliation": text, **more} for text in content]
            content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path

    return write


@pytest.fixture
def target(tmp_path):
    return tmp_path / "out.jsonl"


def leftovers(target):
    return sorted(p.name for p in target.parent.iterdir() if ".part" in p.name)


# -- answers ---------------------------------------------------------------------------------


def test_every_row_is_answered_in_order(write, target):
    report = run(write("in.jsonl"), target)
    answers = lines(target)
    assert [a["ror_ids"] for a in answers] == [
        [LEUVEN.id],
        [],
        [GHENT.id],
        [],
        [LEUVEN.id, GHENT.id],
    ]
    assert answers[0]["links"] == [
        {"id": LEUVEN.id, "name": "KU Leuven", "span": [9, 18], "score": 1.0}
    ]
    assert answers[1] == {"ror_ids": [], "links": []}
    assert (report.rows, report.linked, report.abstained, report.skipped) == (5, 3, 2, 0)
    assert leftovers(target) == []


@pytest.mark.parametrize("row_id", [7, "a\u00e9", None, {"nested": [1, 2]}, "\ud800"])
def test_an_id_is_passed_along(write, target, row_id):
    run(write("in.jsonl", id=row_id), target)
    expected = "\ufffd" if row_id == "\ud800" else row_id
    assert [a["id"] for a in lines(target)] == [expected] * len(TEXTS)


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"affiliation": "KU Leuven"}\r\n{"affiliation": "UGent"}\r\n\r\n \n',
        b'{"affiliation": "KU Leuven"}\n{"affiliation": "UGent"}',
        b'{"x": NaN, "affiliation": "KU Leuven"}\n\t{ "affiliation" : "UGent" } \n\n',
    ],
    ids=["byte order mark, CRLF, blank end", "no line end", "NaN beside it"],
)
@pytest.mark.parametrize("size", [8, 1 << 18])
def test_lines_are_read_as_people_write_them(write, target, content, size):
    run(write("in.jsonl", content), target, chunk_bytes=size)
    assert [a["ror_ids"] for a in lines(target)] == [[LEUVEN.id], [GHENT.id]]


def test_half_a_surrogate_pair_counts_as_one_character(write, target):
    run(write("in.jsonl", ["\ud800, KU Leuven", "\udc00"]), target)
    assert [a["links"] and a["links"][0]["span"] for a in lines(target)] == [[3, 12], []]


BAD = {
    "cut short": (b'{"affiliation": "KU', "is not JSON"),
    "null": (b'{"affiliation": null}', "but null"),
    "a number": (b'{"affiliation": 5}', "but a number"),
    "another key": (b'{"name": "x", "city": "y"}', "has no “affiliation”; it has: name, city"),
    "no object": (b'["KU Leuven"]', "is no JSON object"),
    "two objects": (b'{"affiliation": "a"} {"affiliation": "b"}', "is not JSON"),
    "not UTF-8": (b'{"affiliation": "Universit\xe9"}', "is not UTF-8 at its byte 27"),
    "blank": (b"  ", "is blank"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "control characters": (b'{"affiliation": "a\x00b"}', "is not JSON"),
}


@pytest.mark.parametrize(("row", "says"), BAD.values(), ids=BAD)
def test_a_bad_row_is_named_by_its_line(write, target, row, says):
    good = b'{"affiliation": "UGent"}\n'
    source = write("in.jsonl", good + row + b"\n" + good)
    with pytest.raises(LinkError, match=rf"in\.jsonl:2: this row .*{says}"):
        run(source, target)
    assert not target.exists()
    assert leftovers(target) == []
    report = run(source, target, skip_bad=True)
    first, skipped, last = lines(target)
    assert first == last == {"ror_ids": [GHENT.id], "links": first["links"]}
    assert skipped["ror_ids"] == skipped["links"] == []
    assert skipped["error"].startswith("line 2: this row ")
    assert says in skipped["error"]
    assert (report.rows, report.linked, report.abstained, report.skipped) == (3, 2, 0, 1)


def test_a_bad_row_far_down_is_named_by_its_line_whatever_the_chunks(write, target):
    good = b'{"affiliation": "UGent"}\n' * 999
    source = write("in.jsonl", good + b"\n" + good)
    for size in (64, 1000, 1 << 18):
        with pytest.raises(LinkError, match=r"in\.jsonl:1000: this row is blank"):
            run(source, target, chunk_bytes=size, restart=True)


def test_gzip_is_read_and_written(write, tmp_path):
    plain, packed = tmp_path / "out.jsonl", tmp_path / "out.jsonl.gz"
    run(write("in.jsonl.gz", TEXTS * 100), packed, chunk_bytes=100)
    run(write("in.jsonl", TEXTS * 100), plain)
    assert lines(packed) == lines(plain)
    empty = write("empty.jsonl", b"")
    run(empty, packed)
    assert packed.read_bytes()
    assert gzip.decompress(packed.read_bytes()) == b""


def test_a_damaged_archive_is_a_sentence(write, target):
    source = write("in.jsonl.gz", [f"text {n * n}" for n in range(50_000)])
    source.write_bytes(source.read_bytes()[:-1000])
    with pytest.raises(LinkError, match=r"in\.jsonl\.gz is damaged or cut short"):
        run(source, target)


# -- the same bytes however ------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(TEXTS) | st.text(max_size=30), max_size=30),
    st.integers(1, 200),
    st.integers(1, 9),
)
def test_answers_do_not_depend_on_chunks_and_batches(tmp_path, texts, size, batch):
    source, rows = tmp_path / "in.jsonl", [{"affiliation": t, "id": t} for t in texts]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    run(source, whole)
    run(source, cut, chunk_bytes=size, batch_size=batch)
    assert cut.read_bytes() == whole.read_bytes()
    assert [a["id"] for a in lines(whole)] == texts


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.text(st.sampled_from('a",;\n 🧪é'), max_size=12), st.sampled_from(TEXTS))
    ),
    st.integers(1, 120),
)
def test_csv_fields_survive_whatever_the_chunks(tmp_path, rows, size):
    source, cut = tmp_path / "in.csv", tmp_path / "cut.csv"
    with source.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("note", "affiliation"), *rows])
    run(source, cut, chunk_bytes=size)
    with cut.open(newline="") as file:
        header, *records = csv.reader(file)
    assert header == ["note", "affiliation", "ror_ids", "links"]
    assert [tuple(record[:2]) for record in records] == rows
    known = FakeLinker((LEUVEN, GHENT)).link([text for _, text in rows])
    assert [record[2] for record in records] == [";".join(one.ror_ids) for one in known]
    assert [len(json.loads(record[3])) for record in records] == [len(one.links) for one in known]


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.csv.gz"])
def test_processes_write_what_one_writes(write, tmp_path, name):
    text = io.StringIO()
    csv.writer(text).writerows([("id", "affiliation"), *enumerate(TEXTS * 200)])
    source = write("in.csv", text.getvalue().encode())
    (tmp_path / "one").mkdir()
    run(source, tmp_path / "one" / name, chunk_bytes=2000)
    report = run(source, tmp_path / name, chunk_bytes=2000, processes=2)
    assert report.rows == 1000
    assert (tmp_path / name).read_bytes() == (tmp_path / "one" / name).read_bytes()


# -- CSV -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_parts_columns_is_found_out(write, tmp_path, delimiter):
    rows = [("affiliation", "a, b; c"), ("KU Leuven", "x"), ("UGent", "y")]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    run(write("in.csv", b"\xef\xbb\xbf" + text.getvalue().encode()), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        answers = list(csv.DictReader(file, delimiter=delimiter))
    assert [a["ror_ids"] for a in answers] == [LEUVEN.id, GHENT.id]
    assert [a["a, b; c"] for a in answers] == ["x", "y"]
    assert b"\r\n" in (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b"UGent,1,2,3", "has 4 columns where the header has 2"),
        (b"UGent", "has 1 columns"),
        (b"", "is blank"),
        (b"Universit\xe9,1", "is not UTF-8"),
        (b'"UGent"x,1', "is not CSV"),
    ],
)
def test_a_bad_csv_row_is_named_by_its_line(write, tmp_path, row, says):
    start = b'affiliation,note\n"KU\nLeuven","two\nlines"\n'
    source, target = write("in.csv", start + row + b"\nUGent,b\n"), tmp_path / "out.csv"
    with pytest.raises(LinkError, match=rf"in\.csv:5: this row {says}"):
        run(source, target)
    run(source, target, skip_bad=True)
    with target.open(newline="") as file:
        first, skipped, last = csv.DictReader(file)
    assert says in skipped["error"]
    assert skipped["error"].startswith("line 5")
    assert (first["error"], last["error"], last["ror_ids"]) == ("", "", GHENT.id)


def test_an_open_quotation_mark_does_not_swallow_rows_in_silence(write, target):
    source = write("in.csv", b'affiliation\n"UGent\nKU Leuven\nUGent\n')
    with pytest.raises(LinkError, match=r"in\.csv:2: this row is not CSV"):
        run(source, target)


def test_json_answers_a_csv_with_its_ids(write, target):
    run(write("in.csv", b"id,where\n1,UGent\nb,x\n"), target, column="where")
    assert [(a["id"], a["ror_ids"]) for a in lines(target)] == [("1", [GHENT.id]), ("b", [])]


# -- Parquet ---------------------------------------------------------------------------------


@pytest.fixture
def parquet():
    return pytest.importorskip("pyarrow.parquet", reason="Parquet is an extra: baken[link].")


def test_parquet_keeps_its_columns_and_gets_the_answers(tmp_path, parquet):
    import pyarrow as pa

    texts = TEXTS * 2_000
    table = pa.table(
        {
            "n": pa.array(range(len(texts)), pa.int64()),
            "affiliation": pa.array(texts).dictionary_encode(),
            "when": pa.array([0] * len(texts), pa.timestamp("ms", "UTC")),
        }
    )
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    parquet.write_table(table, source, row_group_size=3_000)
    run(source, target)
    written = parquet.read_table(target)
    assert written.column_names == ["n", "affiliation", "when", "ror_ids", "links"]
    assert written.select(table.column_names).equals(table)
    known = FakeLinker((LEUVEN, GHENT)).link(texts)
    assert written["ror_ids"].to_pylist() == [list(one.ror_ids) for one in known]
    assert [
        Linked(tuple(ids), tuple(Link(**{**x, "span": tuple(x["span"])}) for x in links))
        for ids, links in zip(
            written["ror_ids"].to_pylist(), written["links"].to_pylist(), strict=True
        )
    ] == known
    assert leftovers(target) == []
    again = tmp_path / "again.parquet"
    stop = partial(StoppingLinker, (LEUVEN, GHENT), 3)
    with pytest.raises(KeyboardInterrupt):
        run(source, again, open_linker=stop)
    assert leftovers(again) == ["again.parquet.part", "again.parquet.part.json"]
    assert 0 < run(source, again, processes=2).resumed < len(texts)
    assert again.read_bytes() == target.read_bytes()


def test_a_parquet_row_without_a_text_is_bad(tmp_path, parquet):
    import pyarrow as pa

    source, target = tmp_path / "in.parquet", tmp_path / "out.jsonl"
    parquet.write_table(pa.table({"affiliation": ["UGent", None], "n": [1, 2]}), source)
    with pytest.raises(LinkError, match=r"in\.parquet:2: this row .* null"):
        run(source, target)
    run(source, target, skip_bad=True)
    assert [len(a["links"]) for a in lines(target)] == [1, 0]
    with pytest.raises(LinkError, match=r"“n” of .* holds int64, not text"):
        run(source, target, column="n")
    run(source, tmp_path / "out.parquet", skip_bad=True)
    errors = parquet.read_table(tmp_path / "out.parquet")["error"].to_pylist()
    assert errors == [None, "row 2: this row has no text as its “affiliation” but null."]


# -- interruptions ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.csv"])
@pytest.mark.parametrize("calls", [1, 7, 30])
def test_a_run_goes_on_where_one_was_interrupted(write, tmp_path, name, calls):
    if "csv" in name:
        rows = "".join(f'"a\nb {n}",UGent\n' for n in range(1_000))
        source = write("in.csv", f"note,affiliation\n{rows}".encode())
    else:
        source = write("in.jsonl.gz", [f"{n}, UGent" for n in range(1_000)])
    target, said = tmp_path / name, []
    run(source, target, chunk_bytes=500)
    expected = target.read_bytes()
    target.unlink()
    stop = partial(StoppingLinker, (LEUVEN, GHENT), calls)
    with pytest.raises(KeyboardInterrupt):
        run(source, target, chunk_bytes=500, open_linker=stop)
    assert not target.exists()
    assert leftovers(target) == [f"{name}.part", f"{name}.part.json"]
    with (tmp_path / f"{name}.part").open("ab") as part:
        part.write(b"half a row that the journal does not speak of")
    report = run(source, target, chunk_bytes=500, say=said.append)
    assert target.read_bytes() == expected
    assert 0 < report.resumed < report.rows == 1_000
    assert f"Going on after the {report.resumed} rows" in said[0]
    assert leftovers(target) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda source: source.write_bytes(source.read_bytes() + b"\n"), "the input has changed"),
        (lambda source: os.utime(source, (0, 0)), "the input has changed"),
        (lambda source: {"open_linker": partial(FakeLinker, (LEUVEN,))}, "linker or its registry"),
        (lambda source: {"column": "other"}, "other options"),
        (lambda source: Path(f"{source.parent}/out.jsonl.part.json").write_text("{"), "journal"),
        (lambda source: Path(f"{source.parent}/out.jsonl.part").write_text(""), "shorter"),
        (lambda source: {"restart": True}, None),
    ],
)
def test_what_has_changed_is_started_again(write, target, change, says):
    source = write("in.jsonl", TEXTS * 100, other="UGent")
    stop = partial(StoppingLinker, (LEUVEN, GHENT), 5)
    with pytest.raises(KeyboardInterrupt):
        run(source, target, chunk_bytes=500, open_linker=stop)
    changed, said = change(source), []
    options = changed if isinstance(changed, dict) else {}
    report = run(source, target, chunk_bytes=500, say=said.append, **options)
    assert (report.rows, report.resumed) == (500, 0)
    assert len(lines(target)) == 500
    if says:
        assert says in said[0]
        assert "Starting again" in said[0]


def test_rows_before_a_bad_one_are_kept_for_skip_bad(write, target):
    rows = b'{"affiliation": "UGent"}\n' * 100
    source = write("in.jsonl", rows + b"{}\n" + rows)
    with pytest.raises(LinkError, match=":101:"):
        run(source, target, chunk_bytes=500)
    assert run(source, target, chunk_bytes=500, skip_bad=True).resumed > 0
    assert [len(a["ror_ids"]) for a in lines(target)] == [1] * 100 + [0] + [1] * 100


SLOW = """
    import signal, sys, time
    from functools import partial
    from pathlib import Path
    sys.path.insert(0, {folder!r})
    from baken.bulk import link_file
    from slow import SlowLinker
    def show(advance):
        print(advance.rows, flush=True)
    if __name__ == "__main__":
        # A shell that runs the tests in the background has Ctrl-C ignored, for them and this too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        link_file(Path({source!r}), Path({target!r}), open_linker=SlowLinker,
                  processes={processes}, chunk_bytes=500, on_advance=show)
"""


@pytest.mark.parametrize(
    ("sent", "processes"), [(signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGKILL, 2)]
)
def test_a_killed_run_leaves_no_process_and_is_gone_on_with(write, target, sent, processes):
    folder = target.parent
    source = write("in.jsonl", TEXTS * 400)
    (folder / "slow.py").write_text(
        "import os, time\nfrom pathlib import Path\nfrom baken.testing import FakeLinker\n"
        "class SlowLinker(FakeLinker):\n"
        "    def __init__(self):\n"
        "        super().__init__(())\n"
        f"        Path({str(folder)!r}, f'pid-{{os.getpid()}}').touch()\n"
        "    def link(self, texts):\n        time.sleep(0.05)\n        return super().link(texts)\n"
    )
    script = folder / "script.py"
    script.write_text(
        textwrap.dedent(SLOW).format(
            folder=str(folder), source=str(source), target=str(target), processes=processes
        )
    )
    process = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while int(process.stdout.readline()) < 600:
        pass
    if sent is signal.SIGKILL:
        time.sleep(1.2)  # so that there is a checkpoint
    if sent is signal.SIGINT:
        os.killpg(process.pid, sent)  # a terminal's Ctrl-C goes to every process
    else:
        process.send_signal(sent)
    _, error = process.communicate(timeout=30)
    assert process.returncode != 0
    assert error.count("KeyboardInterrupt") <= 1, "only the process in charge speaks"
    deadline = time.monotonic() + 10
    pids = [int(p.name.partition("-")[2]) for p in folder.glob("pid-*")]
    assert len(pids) == processes
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "a worker outlived the run"
        time.sleep(0.05)
    assert not target.exists()
    report = run(source, target, chunk_bytes=500, open_linker=partial(FakeLinker, ()))
    assert report.resumed > 0
    assert len(lines(target)) == report.rows == 2_000


# -- what goes wrong -------------------------------------------------------------------------


def test_a_worker_that_the_system_ends_is_a_sentence(write, target):
    with pytest.raises(LinkError, match=r"worker process ended .* memory"):
        run(write("in.jsonl"), target, processes=2, open_linker=partial(DyingLinker, ()))
    assert not target.exists()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_linker_that_cannot_be_opened_says_why(write, target, processes):
    with pytest.raises(LinkError, match="There is no registry here"):
        run(write("in.jsonl"), target, processes=processes, open_linker=unopened)
    assert leftovers(target) == []


def test_a_full_disk_is_a_sentence(write):
    with pytest.raises(LinkError, match="/dev/full cannot be written: No space left on device"):
        run(write("in.jsonl"), Path("/dev/full"))


def test_two_runs_do_not_write_one_file(write, target):
    source = write("in.jsonl", TEXTS * 100)

    def run_again(_):
        with pytest.raises(LinkError, match="Another “baken link” is writing"):
            run(source, target)

    run(source, target, chunk_bytes=1_000, on_advance=run_again)
    assert len(lines(target)) == 500


@pytest.mark.parametrize(
    ("source", "target", "options", "says"),
    [
        ("nowhere.jsonl", "out.jsonl", {}, "nowhere.jsonl cannot be read: No such file"),
        (".", "out.jsonl", {}, "is a folder"),
        ("in.jsonl", "in.jsonl", {}, "replace its own input"),
        ("in.jsonl", "link.jsonl", {}, "replace its own input"),
        ("in.jsonl", ".", {}, "is a folder"),
        ("in.jsonl", "no/out.jsonl", {}, "There is no folder"),
        ("in.jsonl", "out.csv", {}, "cannot be CSV when the input is JSON lines"),
        ("in.jsonl", "out.parquet", {}, "cannot be Parquet"),
        ("in.csv", "out.csv", {"column": "who"}, "no column “who”.* it has: affiliation, links"),
        ("in.csv", "out.csv", {}, "already has a column “links”"),
        ("in.jsonl", "o.jsonl", {"source_format": "parquet"}, "cannot be read as Parquet"),
        ("wide.csv", "o.csv", {}, "UTF-16"),
        ("empty.csv", "o.csv", {}, "no first line that names its columns"),
        ("in.jsonl", "o.jsonl", {"processes": -1}, "--processes is 0 or more"),
    ],
)
def test_mistakes_are_sentences(write, tmp_path, source, target, options, says):
    write("in.jsonl")
    write("in.csv", b"affiliation,links\nUGent,x\n")
    write("wide.csv", "affiliation\nUGent\n".encode("utf-16"))
    write("empty.csv", b"")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "in.jsonl")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(LinkError, match=says):
        run(tmp_path / source, tmp_path / target, **options)
    assert sorted(tmp_path.iterdir()) == before
