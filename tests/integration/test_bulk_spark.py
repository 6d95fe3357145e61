"""Spark gives the very same answers as the process pool, whole or not at all."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from baken.bulk import link_file
from baken.errors import LinkError
from baken.linker.registry import read_registry
from baken.testing import REGISTRY_SAMPLE, FakeLinker

if find_spec("pyspark") is None:
    pytest.skip("pyspark is not installed: pip install -e '.[spark]'", allow_module_level=True)
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from pyspark import cloudpickle  # noqa: E402

from baken.bulk.spark import link_with_spark, open_spark  # noqa: E402

pytestmark = pytest.mark.enable_socket
NAMES = [record.display_name for record in read_registry(REGISTRY_SAMPLE)]
LINKED = sum(1 for one in FakeLinker(read_registry(REGISTRY_SAMPLE)).link(NAMES) if one.links)
SCRIPT = """
    import time
    from pathlib import Path
    from pyspark import TaskContext
    from baken.bulk.spark import link_with_spark
    from baken.linker.registry import read_registry
    from baken.testing import FakeLinker

    class Slow(FakeLinker):
        def link(self, texts):
            time.sleep({sleep_s})
            return super().link(texts)

    def open_slow(directory):
        if TaskContext.get() and {is_sent} and directory == Path("index").absolute():
            raise ValueError("the worker reads the folder of the driver")
        return Slow(read_registry(directory / "registry.jsonl"))

    print(link_with_spark("in.parquet", "out", index=Path("index").absolute(), master={master!r},
                          conf={conf!r}, open_linker=open_slow).linked)
"""


def open_fake(directory):
    return FakeLinker(read_registry(directory / "registry.jsonl"))


def open_other(directory):
    linker = open_fake(directory)
    linker.version = str(os.getpid())
    return linker


class BreakingLinker(FakeLinker):
    def link(self, texts):
        raise RuntimeError("the linker is broken\nin two lines")


def open_breaking(directory):
    return BreakingLinker(())


@pytest.fixture(scope="module", autouse=True)
def java():
    try:
        done = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("Java is not installed; Spark needs 17 or newer (openjdk-17-jre-headless)")
    return done.stderr


@pytest.fixture(scope="module")
def session(java):
    # Workers cannot import a test module; what it defines travels with the work.
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with open_spark("local[2]") as spark:
        yield spark
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.fixture
def index(tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "registry.jsonl").write_bytes(REGISTRY_SAMPLE.read_bytes())
    return folder


@pytest.fixture
def link(session, index, tmp_path):
    def run(source, target=tmp_path / "out", **options):
        options = {"index": index, "open_linker": open_fake, "session": session, **options}
        return link_with_spark(source, target, **options)

    return run


def write(path, texts, **columns):
    path.parent.mkdir(exist_ok=True)
    table = pa.table({"affiliation": pa.array(texts, pa.string()), **columns})
    pq.write_table(table, path)
    return path


def texts(count, seed=0):
    """Names, parts of addresses, and what names nobody: empty, long, right to left."""
    odd = ["", "שלום", "a\x00b", "x" * 5000, "🧪, " + NAMES[0]]
    given = [f"Dept. {i}, {NAMES[(i * 7 + seed) % len(NAMES)]}, {i % 13}" for i in range(count)]
    given[:: max(1, count // 50)] = [odd[i % 5] for i in range(len(given[:: max(1, count // 50)]))]
    return given


def in_order(folder):
    table = pq.read_table(folder)
    return table.sort_by([("input_file", "ascending"), ("input_row", "ascending")])


def as_process_pool(files, tmp_path, index, **options):
    """What the process pool writes for files, one after the other."""
    tables = []
    for number, path in enumerate(files):
        target = tmp_path / f"pool-{number}.parquet"
        link_file(path, target, open_linker=partial(open_fake, index), processes=2, **options)
        tables.append(pq.read_table(target))
    return pa.concat_tables(tables)


def leftovers(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir() if "part" in path.name)


def test_answers_are_those_of_the_process_pool_row_for_row(link, tmp_path, index):
    # One large row group, one small file, one empty: Spark must deal rows out and keep their place.
    files = [
        write(tmp_path / "in" / f"{name} [1]+%.parquet", texts(count, count), **{"a.b `c`": ids})
        for name, count in (("a", 150), ("b", 20_000), ("c", 0), ("d", 3))
        for ids in [pa.array(range(count), pa.int32())]
    ]
    report = link(tmp_path / "in")
    table = in_order(tmp_path / "out")
    pool = as_process_pool(files, tmp_path, index)
    assert table.drop_columns(["input_file", "input_row"]).to_pylist() == pool.to_pylist()
    assert table.schema.names[:4] == pool.schema.names
    assert table["input_row"].to_pylist() == [n + 1 for f in (150, 20_000, 3) for n in range(f)]
    assert set(table["input_file"].to_pylist()) == {files[i].name for i in (0, 1, 3)}
    assert len(list((tmp_path / "out").glob("*.parquet"))) > len(files)
    linked = sum(1 for links in pool["links"].to_pylist() if links)
    assert (report.rows, report.linked, report.abstained) == (20_153, linked, 20_153 - linked)
    assert 15_000 < linked < 20_153
    assert leftovers(tmp_path) == []


def test_places_with_a_scheme_go_through_the_file_systems_of_spark(link, tmp_path):
    write(tmp_path / "in.parquet", NAMES)
    target = tmp_path / "out"
    assert link(f"file://{tmp_path}/in.parquet", f"file://{target}").linked == LINKED
    assert in_order(target)["affiliation"].to_pylist() == NAMES
    with pytest.raises(LinkError, match="exists already"):
        link(f"file://{tmp_path}/in.parquet", f"file://{target}")
    with pytest.raises(LinkError, match=r"nowhere\.parquet cannot be read"):
        link(f"file://{tmp_path}/nowhere.parquet", f"file://{tmp_path}/new")


def test_rows_without_a_text_are_refused_or_answered_with_an_error(link, tmp_path, index):
    path = write(tmp_path / "in.parquet", [NAMES[0], None, NAMES[1], None])
    with pytest.raises(LinkError, match=r"^in\.parquet:2: this row has no .* as 2 in .*--skip-bad"):
        link(path)
    assert not (tmp_path / "out").exists()
    report = link(path, skip_bad=True)
    table = in_order(tmp_path / "out").drop_columns(["input_file", "input_row"])
    assert table.to_pylist() == as_process_pool([path], tmp_path, index, skip_bad=True).to_pylist()
    assert (report.linked, report.abstained, report.skipped) == (2, 0, 2)
    assert report.first_bad == "in.parquet:2: this row has no text as its “affiliation” but null."


def test_bytes_that_are_no_text_are_a_bad_row(link, tmp_path):
    data = pa.array([b"imec", b"caf\xe9", b"VIB"], pa.binary())
    table = pa.table({"affiliation": pa.Array.from_buffers(pa.string(), 3, data.buffers())})
    pq.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(LinkError, match=r"^in\.parquet:2: this row is not UTF-8\."):
        link(tmp_path / "in.parquet")
    assert link(tmp_path / "in.parquet", skip_bad=True).skipped == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"source": "nowhere.parquet"}, "no file or folder"),
        ({"source": "text.csv"}, "cannot be read as Parquet"),
        ({"target": "there"}, "exists already"),
        ({"target": "no/where"}, "no folder"),
        ({"index": "nowhere"}, "no index folder"),
        ({"master": "sparks://x"}, "no Spark master"),
        ({"column": "Affiliation"}, "no column “Affiliation”; it has affiliation, count"),
        ({"column": "count"}, "holds bigint, not text"),
        ({"source": "taken.parquet"}, "column “links” already"),
        ({"open_linker": open_other}, "A worker has version"),
        ({"open_linker": open_breaking}, "RuntimeError: the linker is broken"),
    ],
    ids=lambda value: next(iter(value), "") if isinstance(value, dict) else "",
)
def test_mistakes_are_named_and_leave_nothing_behind(link, tmp_path, options, says):
    write(tmp_path / "in.parquet", NAMES, count=[1] * len(NAMES))
    write(tmp_path / "taken.parquet", NAMES, links=[1] * len(NAMES))
    (tmp_path / "text.csv").write_text("affiliation\nimec\n")
    (tmp_path / "there").mkdir()
    before = sorted(tmp_path.iterdir())
    paths = {"source": "in.parquet", "target": "out"} | options
    options = {
        k: tmp_path / v if k in ("source", "target", "index") else v for k, v in paths.items()
    }
    with pytest.raises(LinkError, match=says):
        link(**options)
    assert sorted(tmp_path.iterdir()) == before


def test_missing_pyspark_is_named(link, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(LinkError, match=r"needs pyspark; install .*baken\[spark\]"):
        link(tmp_path)


def start(tmp_path, *, sleep_s=0, master="local[2]", environ=None, **conf):
    """Start a process that links ``in.parquet`` to ``out``."""
    write(tmp_path / "in.parquet", NAMES)
    script = textwrap.dedent(SCRIPT).format(
        sleep_s=sleep_s, master=master, conf=conf, is_sent=not master.startswith("local[")
    )
    (tmp_path / "script.py").write_text(script)
    return subprocess.Popen(
        [sys.executable, "-W", "error", tmp_path / "script.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch"), **(environ or {})},
    )


@pytest.fixture
def scratch(tmp_path):
    """Where processes put their temporary files."""
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.thorough)]
)
def test_an_interrupt_leaves_nothing_under_the_final_name(tmp_path, index, scratch, number):
    with start(tmp_path, sleep_s=60) as process:
        _wait(lambda: leftovers(tmp_path) and list(tmp_path.glob(".out.*/rows/_temporary/0/_*")))
        process.send_signal(number)
        assert process.wait(timeout=300) != 0
    # What is killed cannot clear up; Java does so when it notices.
    _wait(lambda: leftovers(tmp_path) == [])
    assert not (tmp_path / "out").exists()


@pytest.mark.thorough
def test_other_machines_are_sent_the_index_and_nothing_is_said_or_left(tmp_path, index, scratch):
    here = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.pyspark.python": sys.executable,
    }
    home = Path(find_spec("pyspark").origin).parent / "work"
    before = set(home.glob("*"))
    # Executors are processes of their own there, as on a cluster.
    with start(tmp_path, master="local-cluster[1,1,1024]", **here) as process:
        out, err = process.communicate(timeout=300)
    for made in set(home.glob("*")) - before:
        shutil.rmtree(made)
    assert (out, err, process.returncode) == (f"{LINKED}\n", "", 0)
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"in.parquet", "index", "out", "scratch", "script.py"}
    assert list(scratch.glob("baken-*")) == []


def test_missing_java_is_named(tmp_path, index, scratch):
    with start(tmp_path, environ={"JAVA_HOME": str(tmp_path)}) as process:
        _, err = process.communicate(timeout=300)
    assert "Spark needs Java 17 or newer and found none" in err
    assert list(scratch.glob("baken-*")) == []


def _wait(until, timeout_s=180):
    deadline = time.monotonic() + timeout_s
    while not until():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
