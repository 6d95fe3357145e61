"""``baken desk`` and ``baken worker``: what an administrator of the desk does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .programs import programs, webhooks

if TYPE_CHECKING:
    from baken.desk import Desk, Officer, Person

app = typer.Typer(
    help="Set the desk up and look after it.", no_args_is_help=True, pretty_exceptions_enable=False
)
officers = typer.Typer(
    help="The team that answers.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.add_typer(officers, name="officers")
app.add_typer(webhooks, name="webhooks")
app.add_typer(programs, name="programs")

_Email = Annotated[str, typer.Argument(help="An e-mail address.")]


def _open() -> Desk:
    from baken.workspace import Workspace

    return Workspace.open_desk()


@app.command()
def check() -> None:
    """Say whether calendar, team, keys, links and mail are set up. Exit 1 where they are not."""
    from baken.config import Settings
    from baken.desk.checking import check as look
    from baken.workspace import Workspace

    settings = Settings.load()
    with Workspace.open_desk(settings) as desk:
        findings = look(desk, settings)
    for finding in findings:
        mark = "ready  " if finding.is_ready else "missing"
        typer.echo(f"{mark}  {finding.subject:<9} {finding.text}")
    if not all(finding.is_ready for finding in findings):
        raise typer.Exit(1)


@app.command("new-key")
def new_key() -> None:
    """Print a new key for BAKEN_DESK_KEYS. Put it first; run ``baken desk reseal`` afterwards."""
    from baken.desk.sealing import new_key as make

    typer.echo(make())


@app.command()
def reseal() -> None:
    """Encrypt all personal data with the first of BAKEN_DESK_KEYS, so that the others can go."""
    with _open() as desk:
        typer.echo(f"{desk.reseal()} pieces of data are sealed with the newest key.")


@app.command()
def export(email: _Email) -> None:
    """Print everything that the desk knows of somebody, as JSON."""
    import msgspec

    from baken.desk import SYSTEM

    with _open() as desk:
        found = desk.rights.export(_somebody(desk, email).id, by=SYSTEM)
    typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))


@app.command()
def erase(
    email: _Email,
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Forget somebody: who they are, what they wrote, what was written to them."""
    from baken.desk import SYSTEM

    with _open() as desk:
        person = _somebody(desk, email)
        if not is_sure:
            typer.confirm("This cannot be undone. Erase them?", abort=True)
        desk.rights.erase(person.id, by=SYSTEM)
    typer.echo("Erased. What is left is when, what kind and with which outcome.")


@officers.command("list")
def list_officers() -> None:
    """List the team: who, languages, what they know, how much is open, when they are away."""
    with _open() as desk:
        team = desk.team.officers()
    if not team:
        typer.echo("Nobody is in the team yet; add somebody: baken desk officers add NAME EMAIL")
    for officer in team:
        email = officer.person.contact.email if officer.person.contact else "erased"
        what = [
            officer.role,
            " ".join(officer.languages),
            *([" ".join(officer.themes)] if officer.themes else []),
            f"{officer.open} of {officer.capacity} open",
            *(f"away {first} to {last}" for first, last in officer.away),
            *([] if officer.is_active else ["left"]),
        ]
        typer.echo(f"{officer.name}  ({email})\n    {' · '.join(what)}")


@officers.command("add")
def add_officer(
    name: Annotated[str, typer.Argument(help="Their name, as enquirers read it.")],
    email: _Email,
    language: Annotated[
        list[str] | None,
        typer.Option(help="en, nl, fr or de; once for each, the best first. English without it."),
    ] = None,
    theme: Annotated[
        list[str] | None, typer.Option(help="Id of a theme they know; once for each.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Kind of enquiry they take; all without it.")
    ] = None,
    capacity: Annotated[int, typer.Option(help="Enquiries they can have open at once.")] = 20,
    role: Annotated[
        str,
        typer.Option(
            help="officer answers, head answers for the promises too, editor keeps the landscape, "
            "admin looks after accounts."
        ),
    ] = "officer",
    is_head: Annotated[bool, typer.Option("--head", help="The same as --role head.")] = False,
) -> None:
    """Add somebody to the team."""
    from baken.desk import KINDS, OFFICE_ROLES, Contact
    from baken.errors import DeskError
    from baken.model import LANGUAGES

    languages = [known for one in language or ["en"] for known in LANGUAGES if known == one]
    kinds = [known for one in kind or [] for known in KINDS if known == one]
    if len(languages) != len(language or ["en"]) or len(kinds) != len(kind or []):
        raise DeskError(
            f"Languages are {', '.join(LANGUAGES)}; kinds of enquiry are {', '.join(KINDS)}."
        )
    chosen = next((known for known in OFFICE_ROLES if known == role), None)
    if chosen is None:
        raise DeskError(f"A role is {', '.join(OFFICE_ROLES)}.")
    if is_head:
        chosen = "head"
    with _open() as desk:
        officer = desk.team.add(
            Contact(name=name, email=email),
            languages,
            themes=theme or [],
            kinds=kinds,
            capacity=capacity,
            role=chosen,
        )
    typer.echo(f"{officer.name} is in the team.")


@officers.command("invite")
def invite(email: _Email) -> None:
    """Write to somebody of the team that they may choose a password; print the link too."""
    with _open() as desk:
        url = desk.accounts.invite(_officer(desk, email).person.id)
    typer.echo(f"They are written to. The link works once, for three days:\n{url}")


@officers.command("reset")
def reset(email: _Email) -> None:
    """Forget somebody's second factor, such as a lost telephone, and sign them out."""
    with _open() as desk:
        desk.accounts.drop_second_factor(_officer(desk, email).person.id)
    typer.echo("Forgotten; at their next sign-in they set up another.")


@officers.command("away")
def send_away(
    email: _Email,
    first: Annotated[str, typer.Argument(help="First day, such as 2026-12-24.")],
    last: Annotated[str, typer.Argument(help="Last day.")],
) -> None:
    """Note that an officer is away, so that enquiries go to those who are there."""
    import datetime

    from baken.errors import DeskError

    try:
        days = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    except ValueError:
        raise DeskError("One of the days is none. Write days as 2026-12-24.") from None
    with _open() as desk:
        officer = _officer(desk, email)
        desk.team.change(officer.person.id, away=(*officer.away, days))
    typer.echo(f"{officer.name} is away from {first} to {last}.")


@officers.command("leave")
def let_leave(email: _Email) -> None:
    """Let somebody leave the team; their open enquiries go to colleagues."""
    with _open() as desk:
        officer = _officer(desk, email)
        desk.team.change(officer.person.id, is_active=False)
    typer.echo(f"{officer.name} has left the team; {officer.open} enquiries were handed over.")


def worker(
    is_once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
) -> None:
    """Send mails, remind, escalate and sweep, for as long as it runs."""
    import signal
    import threading

    from baken.config import Settings
    from baken.desk import Worker
    from baken.workspace import Workspace

    settings = Settings.load()
    with Workspace.open_desk(settings) as desk:
        doing = Worker.of(desk, settings)
        if is_once:
            done = doing.run_once()
            typer.echo(
                f"{done.clocks} clocks, {done.mails} mails, {done.fetched} fetched, "
                f"{done.tellings} events told"
                f"{', the weekly list' if done.has_listed else ''}"
                f"{', the daily sweep' if done.sweep else ''}."
            )
            return
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        typer.echo("The desk's worker runs. Stop with Ctrl-C.")
        doing.run(stop)


def _officer(desk: Desk, email: str) -> Officer:
    from baken.errors import NotFoundError

    for officer in desk.team.officers():
        contact = officer.person.contact
        if contact is not None and contact.email.casefold() == email.strip().casefold():
            return officer
    raise NotFoundError("Nobody in the team has this address; see: baken desk officers list")


def _somebody(desk: Desk, email: str) -> Person:
    from baken.desk import SYSTEM
    from baken.errors import NotFoundError

    found = desk.rights.people(email, by=SYSTEM)
    if not found:
        raise NotFoundError("Nobody at the desk has this address. Check how it is written.")
    return found[0]
