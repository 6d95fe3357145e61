"""Whether a desk is ready to keep its promises, and what to do where it is not."""

from __future__ import annotations

import datetime
import stat

from msgspec import Struct

from baken.config import Settings

from .desk import Desk
from .mailbox import ImapFetcher, MailboxError
from .outbox import NotTakenError, SmtpCarrier


class Finding(Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        subject: what: calendar, team, keys, links, mail, mailbox, outbox.
        is_ready: whether it is as it should be.
        text: a sentence; what to do where it is not.
    """

    subject: str
    is_ready: bool
    text: str


def check(desk: Desk, settings: Settings) -> list[Finding]:
    """Look at everything that a desk needs; nothing is sent.

    Raises:
        SettingError: the address of the mail server or mailbox makes no sense.
    """
    return [
        _calendar(desk, settings),
        _team(desk),
        _keys(settings),
        _links(settings),
        _mail(settings),
        _mailbox(settings),
        _outbox(desk),
    ]


def _calendar(desk: Desk, settings: Settings) -> Finding:
    now = desk.now()
    due = desk.calendar.local(desk.calendar.promise_due(now))
    today = desk.calendar.local(now).date()
    holidays = (
        f"{name} ({day:%d %B})"
        for n in range(366)
        if (name := desk.calendar.holiday(day := today + datetime.timedelta(days=n)))
    )
    return Finding(
        "calendar",
        True,
        f"What arrives now is answered by {due:%A %d %B %Y, %H:%M %Z}; open "
        f"{settings.office_hours}, next closed for {next(holidays, 'no holiday')}.",
    )


def _team(desk: Desk) -> Finding:
    team = [officer for officer in desk.team.officers() if officer.is_active]
    if not team:
        advice = "Nobody answers. Add somebody: baken desk officers add NAME EMAIL --head"
        return Finding("team", False, advice)
    heads = [officer for officer in team if officer.is_head]
    if not heads:
        advice = "Nobody hears of missed promises. Add a head: baken desk officers add … --head"
        return Finding("team", False, advice)
    spoken = sorted({language for officer in team for language in officer.languages})
    missing = [language for language in ("en", "nl", "fr", "de") if language not in spoken]
    said = f"{len(team)} in the team, {len(heads)} of them head; they speak {', '.join(spoken)}"
    return Finding("team", True, said + (f", not {', '.join(missing)}." if missing else "."))


def _keys(settings: Settings) -> Finding:
    if settings.desk_keys is None:
        advice = "Personal data is kept in the clear. Set BAKEN_DESK_KEYS to: baken desk new-key"
        return Finding("keys", False, advice)
    count = len([key for key in settings.desk_keys.reveal().split(",") if key.strip()])
    older = f"; {count - 1} older can go after: baken desk reseal" if count > 1 else ""
    return Finding("keys", True, f"Personal data is encrypted{older}.")


def _links(settings: Settings) -> Finding:
    if not settings.address.startswith("https://"):
        advice = f"Links in mails begin with {settings.address}. Set BAKEN_URL to https://…"
        return Finding("links", False, advice)
    path = settings.data / "desk.key"
    if settings.desk_secret is None and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("links", False, f"Others can read {path}. Run: chmod 600 {path}")
    where = "BAKEN_DESK_SECRET" if settings.desk_secret else f"{path}; back it up with the desk"
    return Finding("links", True, f"Links are signed with {where}.")


def _mail(settings: Settings) -> Finding:
    if settings.smtp is None:
        advice = "Mails wait in the outbox. Set BAKEN_SMTP, such as smtp://user:password@host:587"
        return Finding("mail", False, advice)
    if settings.mail_from.endswith(".invalid"):
        advice = "Mails come from nowhere. Set BAKEN_MAIL_FROM to the desk's address."
        return Finding("mail", False, advice)
    try:
        SmtpCarrier(settings.smtp.reveal()).check()
    except NotTakenError as error:
        advice = f"The mail server does not let us in ({error.code}). Check BAKEN_SMTP."
        return Finding("mail", False, advice)
    return Finding("mail", True, f"The mail server answers; mails come from {settings.mail_from}.")


def _mailbox(settings: Settings) -> Finding:
    if settings.imap is None:
        advice = (
            "Replies and returned mails are read by people; BAKEN_IMAP would have them fetched."
        )
        return Finding("mailbox", True, advice)
    try:
        ImapFetcher(settings.imap.reveal()).check()
    except MailboxError as error:
        return Finding("mailbox", False, f"The mailbox stays shut ({error}). Check BAKEN_IMAP.")
    return Finding("mailbox", True, "The mailbox is looked into once a minute.")


def _outbox(desk: Desk) -> Finding:
    counts = desk.post.counts()
    said = ", ".join(f"{count} {state}" for state, (count, _) in counts.items()) or "empty"
    repeats = sum(repeats for _, repeats in counts.values())
    bad = sum(counts.get(state, (0, 0))[0] for state in ("failed", "bounced"))
    return Finding("outbox", not bad, f"{said}; {repeats} sent again because it was not certain.")
