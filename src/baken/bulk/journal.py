"""The output on its way: ``OUTPUT.part`` and the journal that says how far it is.

The journal is written after the bytes it speaks of are on disk. So whatever stops a run, its part
file holds at least what its journal says, and the next run cuts it to that and goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from msgspec import Struct

from baken.errors import LinkError

from .files import Fingerprint, Position

FORMAT: Final = 1


class Tally(Struct, frozen=True):
    """What has been answered so far.

    Attributes:
        rows: all of them.
        linked: those that name an organisation.
        bad: those that were skipped.
        first_bad: what is wrong with the first of those.
    """

    rows: int = 0
    linked: int = 0
    bad: int = 0
    first_bad: str | None = None


class Asked(Struct, frozen=True):
    """What a run was asked: only a run that asks the same may go on with its work.

    Attributes:
        source: the input, as it was.
        linker: version of the linker.
        options: everything else on which the output's bytes depend.
    """

    source: Fingerprint
    linker: str
    options: str


class _Done(Struct, frozen=True):
    """How far a run is: in its input, in its output, and in rows."""

    position: Position | None
    size: int
    tally: Tally


_NOTHING: Final = _Done(None, 0, Tally())


class _Journal(Struct, frozen=True):
    """What the journal file holds."""

    format: int
    asked: Asked
    done: _Done


class Part:
    """A file that gets its name when it is whole."""

    def __init__(self, target: Path) -> None:
        """Open the part file of a target.

        Raises:
            LinkError: it cannot be written, or another run is writing it.
        """
        # One value, so that an interruption finds position, size and tally of the same moment.
        self._done: _Done = _NOTHING
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self.journal = target.with_name(f"{target.name}.part.json")
        self._new = target.with_name(f"{target.name}.part.json.new")
        with writing(target):
            # "a" makes what is not there and leaves what is; writing starts where it is cut to.
            self._file: IO[bytes] = self.path.open("ab")
        try:
            _lock(self._file, target)
        except BaseException:
            self._file.close()
            raise

    def resume(self, asked: Asked) -> str | None:
        """Go on from what an earlier run left, or start again.

        Returns:
            Why an earlier run's work could not be used; None when it is, or there is none.
        """
        found = self._journal()
        reason = _difference(found.asked, asked) if isinstance(found, _Journal) else found
        self._cut(found.done if isinstance(found, _Journal) and reason is None else _NOTHING)
        return reason

    def restart(self) -> None:
        """Forget what an earlier run left."""
        self._cut(_NOTHING)

    @property
    def position(self) -> Position | None:
        """Where in the input to go on; None at its start."""
        return self._done.position

    @property
    def tally(self) -> Tally:
        """What has been answered up to there."""
        return self._done.tally

    def reached(self, position: Position, tally: Tally) -> None:
        """Note that the answers up to a position are written."""
        self._done = _Done(position, self._file.tell(), tally)

    def write(self, data: bytes) -> None:
        """Append some bytes."""
        with writing(self.target):
            self._file.write(data)

    def checkpoint(self, asked: Asked) -> None:
        """Make what is written so far what a later run goes on from."""
        if self._done is _NOTHING:
            return
        with writing(self.target):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._new.write_bytes(msgspec.json.encode(_Journal(FORMAT, asked, self._done)))
            self._new.replace(self.journal)

    def finish(self, whole: Path | None = None) -> None:
        """Give the file its name; `whole` takes its place where it was only a step on the way."""
        with writing(self.target):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            (whole or self.path).replace(self.target)
            self.discard()

    def discard(self) -> None:
        """Remove the part file and its journal."""
        for path in (self.path, self.journal, self._new):
            path.unlink(missing_ok=True)

    def flush(self) -> None:
        """Hand everything written so far to the system."""
        with writing(self.target):
            self._file.flush()

    def close(self) -> None:
        """Release the file; what is written stays."""
        with suppress(OSError):  # on a full disk closing fails as writing did, which has been said
            self._file.close()

    def _journal(self) -> _Journal | str | None:
        try:
            journal = msgspec.json.decode(self.journal.read_bytes(), type=_Journal)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError):
            return "its journal cannot be read"
        if journal.format != FORMAT:
            return "it was made by another version of Baken"
        if journal.done.size > self.path.stat().st_size:
            return "it is shorter than its journal says"
        return journal

    def _cut(self, done: _Done) -> None:
        with writing(self.target):
            if done is _NOTHING:
                self.journal.unlink(missing_ok=True)
            self._file.truncate(done.size)
            self._file.seek(done.size)
        self._done = done


def _difference(old: Asked, new: Asked) -> str | None:
    if old.source != new.source:
        return "the input has changed since"
    if old.linker != new.linker:
        return "the linker or its registry has changed since"
    if old.options != new.options:
        return "it was made with other options"
    return None


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the system says about writing an output into a sentence."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise LinkError(f"{target} cannot be written: {error.strerror or error}.") from error


def _lock(file: IO[Any], target: Path) -> None:
    """Keep other runs away from a file for as long as it is open."""
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LinkError(
            f"Another “baken link” is writing {target}; wait for it, or choose another --output."
        ) from None
    except OSError:  # a file system without locks: nothing to keep away with
        return
