"""The worker: lets clocks fire, sends what waits, and does what is done once a day or week.

Any number of workers may run, in `baken serve`, beside it or on other machines: each piece of work
is taken in a transaction, so that it is done once.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from baken.config import Settings
from baken.errors import BakenError

from .desk import Desk
from .mailbox import Fetcher, ImapFetcher, fetch_quietly
from .outbox import LEASE_S, Carrier, SmtpCarrier, send_next
from .rights import Sweep
from .webhooks import LEASE_S as TELLING_LEASE_S
from .webhooks import HttpMessenger, Messenger, tell_next

_LOG: Final = logging.getLogger("baken.desk.worker")

PAUSE_S: Final = 5.0
"""How long a worker rests when there is nothing to do."""

FETCH_PAUSE_S: Final = 60.0
"""How long the mailbox is left alone after it was looked into."""


class Round(Struct, frozen=True):
    """What one round did.

    Attributes:
        clocks: that fired or were ended.
        mails: that were tried.
        fetched: mails of the mailbox that the desk could make sense of.
        tellings: of events to webhooks that were tried.
        has_listed: whether the weekly list was written.
        sweep: what the daily sweep did; None when it was done already.
    """

    clocks: int
    mails: int
    fetched: int
    tellings: int
    has_listed: bool
    sweep: Sweep | None


class Worker:
    """Does a desk's work that nobody clicks for."""

    def __init__(
        self,
        desk: Desk,
        carrier: Carrier | None,
        sender: str,
        *,
        messenger: Messenger | None = None,
        fetcher: Fetcher | None = None,
        lease_s: float = LEASE_S,
        on_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take what is needed.

        Args:
            desk: whose work.
            carrier: takes mails to a server; None leaves them waiting.
            sender: address that bounces go to.
            messenger: tells the agency's programs; None tells them nothing.
            fetcher: looks into the desk's mailbox; None where there is none.
            lease_s: how long a mail is kept from other workers.
            on_step: see `outbox.send_next`.
        """
        self._desk = desk
        self._carrier = carrier
        self._sender = sender
        self._messenger = messenger
        self._fetcher = fetcher
        self._fetched_s: float | None = None
        self._lease_s = lease_s
        self._on_step = on_step
        self._holder = secrets.token_urlsafe(9)

    @classmethod
    def of(cls, desk: Desk, settings: Settings) -> Worker:
        """Return the worker that the settings describe.

        Raises:
            SettingError: the mail server's address makes no sense.
        """
        carrier = SmtpCarrier(settings.smtp.reveal()) if settings.smtp else None
        fetcher = ImapFetcher(settings.imap.reveal()) if settings.imap else None
        return cls(desk, carrier, settings.mail_from, messenger=HttpMessenger(), fetcher=fetcher)

    def run_once(self, *, is_over: Callable[[], bool] = lambda: False) -> Round:
        """Do everything that is due now.

        Args:
            is_over: asked between pieces of work; True ends the round early.
        """
        desk, clocks, mails, tellings = self._desk, 0, 0, 0
        while not is_over() and desk.fire_due_clock():
            clocks += 1
        has_listed = desk.write_weekly_list()
        sweep = desk.sweep_daily()
        if self._carrier is not None:
            try:
                while not is_over() and send_next(
                    desk,
                    self._carrier,
                    self._holder,
                    self._sender,
                    lease_s=self._lease_s,
                    on_step=self._on_step,
                ):
                    mails += 1
            finally:
                self._carrier.close()
        fetched = self._fetch()
        if self._messenger is not None:
            while not is_over() and tell_next(
                desk.programs,
                self._messenger,
                self._holder,
                int(desk.now().timestamp()),
                lease_s=TELLING_LEASE_S,
            ):
                tellings += 1
        return Round(clocks, mails, fetched, tellings, has_listed, sweep)

    def _fetch(self) -> int:
        """Look into the mailbox, if that was not done just now."""
        now = time.monotonic()
        if self._fetcher is None or (
            self._fetched_s is not None and now - self._fetched_s < FETCH_PAUSE_S
        ):
            return 0
        self._fetched_s = now
        return fetch_quietly(self._fetcher, self._desk)

    def run(self, stop: threading.Event, *, pause_s: float = PAUSE_S) -> None:
        """Do rounds until told to stop; what goes wrong is logged, and tried again."""
        while not stop.is_set():
            try:
                self.run_once(is_over=stop.is_set)
            except BakenError as error:
                _LOG.error("The desk's worker: %s", error)
            except Exception as error:
                # A round that fails for an unforeseen reason must not end all promises. Only the
                # kind of error is logged: its words may hold what somebody wrote.
                _LOG.error("The desk's worker stumbled over a %s.", type(error).__name__)
            stop.wait(pause_s)


class RunningWorker:
    """A worker in a thread of its own, such as beside the site."""

    def __init__(self, worker: Worker) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=worker.run, args=(self._stop,), name="baken-desk", daemon=True
        )
        self._thread.start()

    def stop(self, timeout_s: float = 30.0) -> None:
        """End it after the piece of work it is doing."""
        self._stop.set()
        self._thread.join(timeout_s)


def start_worker(desk: Desk, settings: Settings) -> RunningWorker:
    """Run a desk's worker beside what the caller does; end it with `RunningWorker.stop`.

    Raises:
        SettingError: the mail server's address makes no sense.
    """
    return RunningWorker(Worker.of(desk, settings))
