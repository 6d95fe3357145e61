"""Does a sketch name the right roles, and put the right organisation first in each?

    python -m evals.project.run [--misses] [--calls FILE.jsonl.gz]

``pitches.yaml`` holds pitches with the roles that have to be found in each, who may lead each role
(nobody: the sketch has to call it a gap), and the roles that one may find besides.

- *role recall*: share of the roles that have to be there that have a slot.
- *role precision*: share of the roles with a slot that have to, or may, be there.
- *lead success@1*: share of the roles that have to be there whose first slot has one of the leads
  that are right, or is a gap where nobody is; a role without a slot counts as wrong.
- *gaps*: of the roles that nobody here offers, how many are called a gap; and how many gaps are
  none.

``--calls`` reads calls for proposals (rows with ``title`` and ``description``) and reports only
that they are answered, how fast, and how many slots and gaps there are: nobody has graded those.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import yaml
from evals.find.needs import read_judged
from evals.find.run import load
from msgspec import Struct

from baken.model import LANGUAGES, Project, Slot
from baken.partners import Matcher, ProjectReader
from baken.search import UniversalSentenceEncoder, build_index

PITCHES = Path(__file__).parent / "pitches.yaml"
JUDGED = Path(__file__).parent / "judged.txt"
"""Who has been labelled for every pitch: who joins later may lead a role as rightly, unjudged."""


class Pitch(Struct, frozen=True):
    """A labelled pitch; see the head of ``pitches.yaml``."""

    id: str
    language: str
    sector: str
    roles: dict[str, list[str]]
    also: list[str]
    text: str


class Scores(Struct, frozen=True):
    """Counts over pitches.

    Attributes:
        wanted: roles that have to be there.
        found: of those, with a slot.
        named: roles with a slot.
        right: of those, that have to or may be there.
        led: roles that have to be there whose first slot is answered rightly.
        gaps: roles that nobody offers.
        admitted: of those, called a gap.
        false_gaps: first slots called a gap where somebody would do.
    """

    wanted: int = 0
    found: int = 0
    named: int = 0
    right: int = 0
    led: int = 0
    gaps: int = 0
    admitted: int = 0
    false_gaps: int = 0

    def __add__(self, other: Scores) -> Scores:
        """Return the sums."""
        names = self.__struct_fields__
        return Scores(**{name: getattr(self, name) + getattr(other, name) for name in names})


def read_pitches(path: Path = PITCHES) -> list[Pitch]:
    """Read the labelled pitches."""
    return msgspec.convert(yaml.load(path.read_bytes(), yaml.CSafeLoader), type=list[Pitch])


def score(pitch: Pitch, sketch: Project) -> Scores:
    """Hold a sketch against its labels."""
    first = {}
    for slot in sketch.slots:
        first.setdefault(slot.role, slot)
    there = {role: first[role] for role in pitch.roles if role in first}
    led = {
        role
        for role, slot in there.items()
        if (lead in pitch.roles[role] if (lead := lead_of(slot)) else not pitch.roles[role])
    }
    none = {role for role, leads in pitch.roles.items() if not leads}
    return Scores(
        wanted=len(pitch.roles),
        found=len(there),
        named=len(first),
        right=len(set(first) & {*pitch.roles, *pitch.also}),
        led=len(led),
        gaps=len(none),
        admitted=len(none & led),
        false_gaps=sum(slot.lead is None for role, slot in there.items() if role not in none),
    )


def lead_of(slot: Slot) -> str | None:
    """Return the first organisation of a slot that has been labelled for every pitch."""
    judged = read_judged(JUDGED)
    named = [match.id for match in (slot.lead, *slot.alternates) if match]
    return next((identity for identity in named if identity in judged), None)


def print_table(rows: dict[str, Scores]) -> None:
    """Print one line a language."""
    head = ("roles", "recall", "precision", "success@1", "gaps", "admitted", "false gaps")
    print(f"{'':6}" + "".join(f"{name:>11}" for name in head))
    for name, s in rows.items():
        rates = (s.found / s.wanted, s.right / max(1, s.named), s.led / s.wanted)
        print(
            f"{name:6}{s.wanted:>11}"
            + "".join(f"{rate:>11.3f}" for rate in rates)
            + f"{s.gaps:>11}{s.admitted:>11}{s.false_gaps:>11}"
        )


def print_misses(pitch: Pitch, sketch: Project) -> None:
    """Print what a sketch lacks and where its leads differ from the labels."""
    named = {slot.role for slot in sketch.slots}
    lacking = [role for role in pitch.roles if role not in named]
    extra = sorted(named - {*pitch.roles, *pitch.also})
    print(f"\n{pitch.id} lacks {lacking or 'none'}, names besides {extra or 'none'}")
    for role, leads in pitch.roles.items():
        slot = next((slot for slot in sketch.slots if slot.role == role), None)
        lead = lead_of(slot) if slot else None
        if slot and (lead not in leads if leads else lead is not None):
            also = [match.id for match in slot.alternates]
            print(f"  {role}: {lead or 'a gap'} for {leads or 'a gap'}; besides {also}")


def read_calls(path: Path) -> Iterator[str]:
    """Yield title and description of calls."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            call = msgspec.json.decode(line)
            yield f"{call['title']}\n\n{call['description']}"


def print_calls(reader: ProjectReader, path: Path) -> None:
    """Print how calls are answered: speed, slots, gaps."""
    took: list[float] = []
    slots: Counter[int] = Counter()
    roles: Counter[str] = Counter()
    gaps = 0
    for text in read_calls(path):
        sketch = reader.sketch(text)
        took.append(sketch.milliseconds)
        slots[len(sketch.slots)] += 1
        roles.update(slot.role for slot in sketch.slots)
        gaps += sum(slot.lead is None for slot in sketch.slots)
        for slot in sketch.slots:
            for quote in slot.quotes:
                said = " ".join(text[quote.start : quote.end].split())
                assert said == quote.text, (said, quote.text)
    cuts = statistics.quantiles(took, n=100)
    total = sum(roles.values())
    print(
        f"{len(took)} calls, p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms, max {max(took):.0f} ms"
    )
    print(f"{total} slots, {gaps} of them gaps; calls by number of slots: {sorted(slots.items())}")
    print(f"by role: {dict(roles.most_common())}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure how well Baken sketches projects.")
    parser.add_argument("--misses", action="store_true", help="list what differs from the labels")
    parser.add_argument("--calls", type=Path, help="answer the calls of this file instead")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, load(Path(scratch)) as store:
        matcher = Matcher(store, build_index(store, UniversalSentenceEncoder()))
        matcher.warm()
        reader = ProjectReader(store, matcher)
        if chosen.calls:
            print_calls(reader, chosen.calls)
            return 0
        rows = {"all": Scores(), **dict.fromkeys(LANGUAGES, Scores())}
        took = []
        for pitch in read_pitches():
            sketch = reader.sketch(pitch.text)
            took.append(sketch.milliseconds)
            rows["all"] += score(pitch, sketch)
            rows[pitch.language] += score(pitch, sketch)
            if chosen.misses:
                print_misses(pitch, sketch)
        print_table(rows)
        print(f"{len(took)} pitches, p50 {statistics.median(took):.0f} ms, max {max(took):.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
