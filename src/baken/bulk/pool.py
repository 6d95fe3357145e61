"""Answering chunks: in this process, or in several, always in order."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from baken.errors import LinkError

from .files import Chunk
from .rows import Answered, Task, answer

if TYPE_CHECKING:
    from baken.linker.protocol import LinkerLike

OpenLinker = Callable[[], "LinkerLike"]


class Pool(Protocol):
    """What answers chunks.

    Attributes:
        version: of the linker.
    """

    version: str

    def answers(self, task: Task, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Answered]]:
        """Yield the chunks with their answers, in order; few are under way at any time.

        Raises:
            LinkError: a row is bad and bad rows are not to be skipped, or a worker has ended.
        """
        ...


@contextmanager
def open_pool(open_linker: OpenLinker, processes: int) -> Iterator[Pool]:
    """Open what answers chunks.

    Args:
        open_linker: opens the linker; it must be picklable where there are several processes.
        processes: 1 to answer in this one, more for so many workers, 0 for one a core.

    Raises:
        LinkError: the linker cannot be opened.
    """
    count = processes or len(_cores())
    if count == 1:
        yield _Alone(open_linker)
        return
    pool = _Workers(open_linker, count)
    try:
        pool.start()
        yield pool
    finally:
        pool.close()


def _cores() -> range:
    if hasattr(os, "sched_getaffinity"):
        return range(len(os.sched_getaffinity(0)))
    return range(os.cpu_count() or 1)


class _Alone:
    """Answers in this process."""

    def __init__(self, open_linker: OpenLinker) -> None:
        self._linker = open_linker()
        self.version = self._linker.version

    def answers(self, task: Task, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Answered]]:
        """Yield the chunks with their answers."""
        for chunk in chunks:
            yield chunk, answer(task, self._linker, chunk.line, chunk.data)


class _Workers:
    """Answers in worker processes, which get bytes and return bytes."""

    version = ""

    def __init__(self, open_linker: OpenLinker, count: int) -> None:
        self._count = count
        self._executor = ProcessPoolExecutor(
            count,
            # Started afresh: a fork would copy threads' locks in whatever state they are.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(open_linker,),
        )

    def start(self) -> None:
        """Start a worker and ask it for the linker's version."""
        with _ended_worker():
            with _no_interrupt():
                version = self._executor.submit(_version)
            self.version = version.result()

    def answers(self, task: Task, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Answered]]:
        """Yield the chunks with their answers, in order."""
        # Two a worker: one it works on, one that waits for it, so that it never waits.
        limit = 2 * self._count + 1
        waiting: deque[tuple[Chunk, Future[Answered]]] = deque()
        with _ended_worker():
            for chunk in chunks:
                with _no_interrupt():
                    future = self._executor.submit(_answer, task, chunk.line, chunk.data)
                # What is still needed of the chunk is where it is, not its bytes.
                waiting.append((Chunk(chunk.line, b"", chunk.end), future))
                # What is ready goes out at once: the reader of a slow pipe is not kept waiting.
                while waiting and (len(waiting) >= limit or waiting[0][1].done()):
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()

    def close(self) -> None:
        """End the workers, after the chunks that they are at."""
        self._executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _ended_worker() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise LinkError(
            "A worker process ended before its work was done, most often because the machine ran "
            "out of memory. Use fewer --processes, or end other programs."
        ) from error


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Start processes that never see Ctrl-C: this one sees it, and ends them in good order."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- in a worker -----------------------------------------------------------------------------


class _Worker:
    """What a worker process keeps between chunks; nowhere else is there one."""

    open_linker: OpenLinker
    linker: LinkerLike | None = None


_WORKER: Final = _Worker()


def _prepare(open_linker: OpenLinker) -> None:
    _WORKER.open_linker = open_linker
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _linker() -> LinkerLike:
    # Opened by the first chunk and not while the process starts, so that what is wrong with it
    # comes back as an error of that chunk.
    if _WORKER.linker is None:
        _WORKER.linker = _WORKER.open_linker()
        gc.collect()
        gc.freeze()
    return _WORKER.linker


def _version() -> str:
    return _linker().version


def _answer(task: Task, first_line: int, data: bytes) -> Answered:
    return answer(task, _linker(), first_line, data)
