"""``baken desk webhooks`` and ``baken desk programs``: who hears of enquiries, and may ask."""

from __future__ import annotations

from typing import Annotated

import typer

webhooks = typer.Typer(
    help="Tell other programs what happens.", no_args_is_help=True, pretty_exceptions_enable=False
)
programs = typer.Typer(
    help="Give programs keys to the desk's API.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_Id = Annotated[str, typer.Argument(help="As the list says it.")]


@webhooks.command("add")
def add_webhook(
    url: Annotated[str, typer.Argument(help="Where events are posted to, with https://.")],
) -> None:
    """Tell a program every event from now on, and print what messages are signed with."""
    from baken.workspace import Workspace

    with Workspace.open_desk() as desk:
        hook, secret = desk.programs.add_webhook(url)
    typer.echo(
        f"Events will be told to {hook.url}  ({hook.id})\n"
        f"They are signed with  {secret}\n"
        "This is shown once. Give it to the program that listens there."
    )


@webhooks.command("list")
def list_webhooks() -> None:
    """List where events are told to, and whether they are taken."""
    from baken.workspace import Workspace

    with Workspace.open_desk() as desk:
        found = desk.programs.webhooks()
    if not found:
        typer.echo("Nobody is told anything yet; add a webhook: baken desk webhooks add URL")
    for hook in found:
        told = f"last took one {hook.told:%Y-%m-%d %H:%M} UTC" if hook.told else "took none yet"
        if not hook.is_on:
            state = f"off: {hook.problem or 'by hand'}; {told}"
        elif hook.problem:
            state = (
                f"failing since {hook.since:%Y-%m-%d %H:%M} UTC ({hook.problem}, "
                f"{hook.attempts} times); {told}"
            )
        else:
            state = f"on; {told}"
        typer.echo(f"{hook.url}  ({hook.id})\n    {state}")


@webhooks.command("off")
def switch_off(id_: _Id) -> None:
    """Stop telling a program; what it misses is kept for it."""
    _switch(id_, is_on=False)
    typer.echo("It is off. Switch it on again and it is told what it missed.")


@webhooks.command("on")
def switch_on(id_: _Id) -> None:
    """Tell a program again, what it missed first."""
    _switch(id_, is_on=True)
    typer.echo("It is on, and is told what it missed.")


@webhooks.command("remove")
def remove_webhook(id_: _Id) -> None:
    """Forget a webhook."""
    from baken.workspace import Workspace

    with Workspace.open_desk() as desk:
        desk.programs.remove_webhook(id_)
    typer.echo("It is told nothing any more.")


def _switch(id_: str, *, is_on: bool) -> None:
    from baken.workspace import Workspace

    with Workspace.open_desk() as desk:
        desk.programs.switch_webhook(id_, is_on=is_on)


@programs.command("add")
def add_program(
    name: Annotated[str, typer.Argument(help="What the team calls it.")],
    may: Annotated[
        list[str],
        typer.Option(
            help="follow (events, nothing personal), read (everything of enquiries), write "
            "(enquiries, notes), mail (hand in mails); once for each."
        ),
    ],
) -> None:
    """Give a program a key, and print it."""
    from baken.desk import PRIVILEGES
    from baken.errors import DeskError
    from baken.workspace import Workspace

    wanted = [known for one in may for known in PRIVILEGES if known == one]
    if len(wanted) != len(may):
        raise DeskError(f"A program may {', '.join(PRIVILEGES)}; nothing else there is.")
    with Workspace.open_desk() as desk:
        program, key = desk.programs.add_program(name, wanted)
    typer.echo(
        f"{program.name} may {', '.join(program.may)}  ({program.id})\n"
        f"Its key is  {key}\n"
        "This is shown once. Send it as  Authorization: Bearer …"
    )


@programs.command("list")
def list_programs() -> None:
    """List which programs have keys, what they may, and when they last used them."""
    from baken.workspace import Workspace

    with Workspace.open_desk() as desk:
        found = desk.programs.programs()
    if not found:
        typer.echo("No program has a key; give one: baken desk programs add NAME --may follow")
    for program in found:
        used = f"last used {program.used:%Y-%m-%d %H:%M} UTC" if program.used else "never used"
        ended = f"; taken back {program.ended:%Y-%m-%d}" if program.ended else ""
        typer.echo(f"{program.name}  ({program.id})\n    {', '.join(program.may)}; {used}{ended}")


@programs.command("end")
def end_program(id_: _Id) -> None:
    """Take a program's key back, at once."""
    from baken.workspace import Workspace

    with Workspace.open_desk() as desk:
        desk.programs.end_program(id_)
    typer.echo("Its key opens nothing any more.")
