"""Serving the site with granian: each worker opens a workspace of its own."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import signal
import socket
import threading
import time
import urllib.parse
from functools import partial
from typing import Final, TextIO

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar import Litestar

from baken.config import Settings
from baken.errors import BakenError, SettingError
from baken.workspace import Workspace

from .app import create_app

_LOG: Final = logging.getLogger("baken.web.server")

_LOOKUP_S: Final = 5.0
"""How often it is looked whether there is a desk by now, and whether its worker is gone."""

_LOOK_AROUND_S: Final = 1.0
"""How often a worker looks whether its parent still lives."""

_PAUSE_S: Final = 1.0
"""How long the worker rests when nothing is due: an acknowledgement is expected at once."""

_PATIENCE_S: Final = 20.0
"""For the mail that is being handed over when the site ends."""


def serve(settings: Settings) -> None:
    """Serve the site until interrupted.

    The landscape is loaded and indexed once, before the workers start, so that a mistake in it is
    said at once and the workers only open what is there.

    Args:
        settings: which landscape, and where to serve it.

    Raises:
        SettingError: nothing can be served there, such as where something serves already.
    """
    _see_that_free(settings.host, settings.port)
    with Workspace.open(settings, progress=lambda step: print(f"{step} …", flush=True)) as opened:  # noqa: T201
        totals = opened.totals()
        examples = opened.landscape.examples
    address = f"http://{settings.host}:{settings.port}"
    lines = [
        f"{totals.organisations} organisations, {totals.statements:,} statements.",
        f"Baken is at {address}",
        "Try:",
        *(f"  {address}/find?q={_quoted(example.text)}" for example in examples[:2]),
        f"  {address}/organisations",
        "Stop with Ctrl-C.",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201
    server = Granian(
        "baken",
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        interface=Interfaces.ASGI,
        log_access=False,
        log_level=LogLevels.warning,
    )
    loader = partial(_application, settings, os.getpid())
    server.serve(target_loader=loader, wrap_loader=False)


def _see_that_free(host: str, port: int) -> None:
    """See that this machine has the address and that nothing serves there.

    Granian would not notice: its workers share a port on purpose, and so would two sites, each
    answering every other visitor.

    Raises:
        SettingError: one of them is not so.
    """
    try:
        (family, *_, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # What was served a moment ago still lingers, and is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingError(
                f"Port {port} of {host} is taken, perhaps by another Baken. Stop what serves "
                f"there, or choose another port: baken serve --port {port + 1}"
            ) from error
        raise SettingError(
            f"Nothing can be served at {host}, port {port}: {error.strerror}. Give --host an "
            "address of this machine, such as 127.0.0.1, and --port a number from 1024 upwards."
        ) from error


def _application(settings: Settings, parent: int) -> Litestar:
    """Make a worker's application; called once in each worker of the process `parent`."""
    threading.Thread(target=_end_with, args=(parent,), name="baken-end", daemon=True).start()
    workspace = Workspace.open(settings)
    workspace.warm()
    app = create_app(workspace)
    if settings.desk_worker:
        work = _DeskWork(workspace, settings)
        app.on_startup.append(work.start)
        app.on_shutdown.append(work.stop)
    app.on_shutdown.append(workspace.close)
    return app


def _end_with(parent: int) -> None:
    """End this worker when its parent is gone without a word, as after SIGKILL or out of memory.

    Nobody would restart it or stop it any more, and it would keep the port from its successor.
    What it was doing is kept or undone as a whole, and mails go out again from the outbox.
    """
    while os.getppid() == parent:
        time.sleep(_LOOK_AROUND_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE_S)
    os._exit(1)


class _DeskWork:
    """The desk's worker beside the site: in one web process at a time, once there is a desk.

    Which one is settled by a lock on a file, which ends with the process that has it, so that
    another takes over within seconds. More workers would do no harm, only read the desk in vain.
    """

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self._workspace = workspace
        self._settings = settings
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="baken-desk-work", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        path = self._settings.data / "desk-worker.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as lock:
            while not (self._workspace.takes_enquiries() and _locked(lock)):
                if self._over.wait(_LOOKUP_S):
                    return
            from baken.desk import Worker  # only who has a desk pays for loading it

            try:
                worker = Worker.of(self._workspace.desk, self._settings)
            except BakenError as error:
                _LOG.error("The desk's worker cannot begin: %s", error)
                return
            worker.run(self._over, pause_s=_PAUSE_S)


def _locked(file: TextIO) -> bool:
    """Return whether a file is locked for this process; False where another has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _quoted(text: str) -> str:
    return urllib.parse.quote_plus(text)
