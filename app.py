"""Hearback's front door: the command line.

python app.py demo        everything on this machine, with example candidates
python app.py --help      the rest
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.domain.errors import BadInput, HearbackError
from bot.domain.model import Role
from bot.logs import configure
from bot.settings import ROOT

if TYPE_CHECKING:
    from rasa_sdk import Action

CONFIG = ROOT / "config.yaml"
PROCESSES = click.IntRange(1, 64)
BEGINNINGS = (
    *("booked", "after_thank_you", "after_update", "after_next_step", "after_rejection"),
    *("after_offer", "survey"),
)
"""Of `chat`; the rest of the table is in `bot/scenario/chat.py`."""


def actions() -> Sequence[Action]:
    """Return the scripted conversations. Imported here and late: rasa_sdk is heavy."""
    import flows

    return flows.actions()


class Cli(click.Group):
    """Turns our own errors into plain sentences and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadInput as error:
            for mistake in error.mistakes:
                click.echo(str(mistake), err=True)
            raise SystemExit(1) from None
        except HearbackError as error:
            click.echo(f"{error}", err=True)
            raise SystemExit(1) from None


@click.group(cls=Cli)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=CONFIG,
    show_default="config.yaml",
    help="The file with your team's choices.",
)
@click.pass_context
def cli(ctx: click.Context, config: Path) -> None:
    """Hearback ends the silence after interviews, on WhatsApp."""
    configure()
    ctx.obj = config


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8000, show_default=True, help="Where to listen; 0 picks one.")
@click.pass_obj
def demo(config: Path, host: str, port: int) -> None:
    """Try everything on this machine: a phone, a clock, an inbox. Starts afresh each time."""
    from bot.running import run_demo

    run_demo(config, os.environ, actions, host=host, port=port)


@cli.command()
@click.option("--host", help="Where to listen; otherwise as in the config file.")
@click.option("--port", type=int, help="Where to listen; otherwise as in the config file.")
@click.option("--processes", type=PROCESSES, help="Otherwise as in the config file.")
@click.pass_obj
def serve(config: Path, host: str | None, port: int | None, processes: int | None) -> None:
    """Run the web server. Without a Redis URL it also does the work, in threads."""
    from bot.starting import start_web

    code = start_web(config, os.environ, actions, host=host, port=port, processes=processes)
    raise SystemExit(code)


@cli.command()
@click.option("--threads", type=click.IntRange(1, 256), help="Turns at once, in each process.")
@click.option("--processes", type=PROCESSES, help="Otherwise as in the config file.")
@click.pass_obj
def worker(config: Path, threads: int | None, processes: int | None) -> None:
    """Do the work that the web server hands over through Redis."""
    from bot.starting import start_worker

    code = start_worker(config, os.environ, actions, threads=threads, processes=processes)
    raise SystemExit(code)


@cli.command()
@click.pass_obj
def migrate(config: Path) -> None:
    """Bring the database to the newest schema."""
    from bot.settings import load_settings
    from bot.store import Store
    from bot.store.migrate import migrate as run

    ran = run(Store(load_settings(config, os.environ).secrets.database_url))
    for revision in ran:
        click.echo(f"migrated to {revision}")
    click.echo("The database is up to date.")


@cli.command()
@click.option("--templates", is_flag=True, help="Print what to have approved, as JSON lines.")
@click.pass_obj
def check(config: Path, templates: bool) -> None:
    """Check config, flows and prompts; each mistake names its line and the mend."""
    from bot.checking import check_all, templates_to_approve

    if templates:
        for line in templates_to_approve():
            click.echo(line)
        return
    for line in check_all(config, os.environ):
        click.echo(line)
    click.echo("All is well.")


@cli.command()
@click.pass_obj
def doctor(config: Path) -> None:
    """Ask everything that messages depend on; each fault says what it means for candidates."""
    from bot.doctor import Health, examine

    broken = 0
    for finding in examine(config, os.environ):
        click.echo(str(finding))
        broken += finding.health is Health.BROKEN
    if broken:
        raise SystemExit(1)


@cli.command()
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with events; otherwise the example in docs/examples/story.json.",
)
@click.option("--days", default=21, show_default=True, type=click.IntRange(1, 365))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per message.")
@click.pass_obj
def rehearse(config: Path, file: Path | None, days: int, as_json: bool) -> None:
    """Play a candidate's days on a virtual clock and show every message, and why."""
    from bot.rehearsal import rehearse as play

    for line in play(config, os.environ, actions, file=file, days=days, as_json=as_json):
        click.echo(line)


@cli.command()
@click.argument(
    "files",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    nargs=-1,
    required=True,
    metavar="FILE...",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per scenario.")
def scenario(files: tuple[Path, ...], as_json: bool) -> None:
    """Play written conversations in memory and say of each assertion whether it held."""
    from bot.scenario.running import run

    failed = 0
    for verdict in run(files, actions, lambda said: click.echo(said, err=True)):
        click.echo(verdict.as_json() if as_json else verdict.plain())
        failed += not verdict.ok
    if failed:
        raise SystemExit(1)


@cli.command()
@click.option("--language", type=click.Choice(["en", "es", "pt"]), default="en", show_default=True)
@click.option(
    "--stage",
    type=click.Choice(BEGINNINGS),
    default="after_thank_you",
    show_default=True,
    help="Where the conversation begins.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per message.")
def chat(language: str, stage: str, as_json: bool) -> None:
    """Talk to the bot as a candidate, line by line; /wait 2d lets time pass.

    Also /decide advance|reject|offer, /release and /quit. Everything is in memory.
    """
    from bot.scenario.chat import chat as talk

    for line in talk(sys.stdin, actions, language=language, stage=stage):
        click.echo(line.as_json() if as_json else line.plain())


@cli.command()
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(1, 104))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per promise.")
@click.pass_obj
def report(config: Path, weeks: int, as_json: bool) -> None:
    """Show per week which promises were kept, which were broken, why and by whom."""
    from bot.reporting import report as show

    for line in show(config, os.environ, actions, weeks=weeks, as_json=as_json):
        click.echo(line)


@cli.command()
@click.argument("tombstones", type=click.File(encoding="utf-8"), nargs=-1)
@click.pass_obj
def restored(config: Path, tombstones: tuple[Iterable[str], ...]) -> None:
    """Run this after a backup was put back, before anything else is started.

    TOMBSTONES are the files that Hearback keeps beside the database; by default, this
    machine's.
    """
    from bot.restored import put_back

    for line in put_back(config, os.environ, actions, tombstones):
        click.echo(line)


@cli.command("check-facts")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
def check_facts(file: Iterable[str]) -> None:
    """Read JSON lines with a text and its facts; print what no fact backs, one line for each."""
    from bot.fact_gate import answers

    for line in answers(file):
        click.echo(line)


@cli.command()
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
def availability(file: Iterable[str]) -> None:
    """Read JSON lines with words about time; print when somebody is free, one line for each."""
    from bot.availability import answers

    for line in answers(file):
        click.echo(line)


@cli.command()
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
def understand(file: Iterable[str]) -> None:
    """Read JSON lines with what candidates write; print what they mean, one line for each."""
    from bot.understand import answers

    for line in answers(file):
        click.echo(line)


@cli.command()
@click.option("--check", is_flag=True, help="Only say whether that is needed.")
@click.option(
    "--also",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A file of JSON lines with text, label and lang to learn from besides.",
)
def train(check: bool, also: tuple[Path, ...]) -> None:
    """Learn again what candidates mean, from the examples in prompts/understanding/."""
    from bot.training import check_weights, learn_again

    if check:
        check_weights()
        click.echo("The weights were learned from these examples.")
    else:
        learn_again(also, click.echo)


@cli.group()
def events() -> None:
    """Tell Hearback what happened."""


@events.command("post")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def post(config: Path, file: Path) -> None:
    """Post the events of FILE: a JSON object, a list of them, or one per line."""
    from bot.running import post_events

    new, known = post_events(config, os.environ, actions, file)
    click.echo(f"{new} new, {known} known already")


@cli.group()
def interviews() -> None:
    """Interviews from a table, for teams without an applicant tracking system."""


@interviews.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--try", "trial", is_flag=True, help="Only say what would be told.")
@click.pass_obj
def import_interviews(config: Path, file: Path, trial: bool) -> None:
    """Tell what is new in FILE (CSV); the same file again says nothing new."""
    from bot.running import import_interviews as take_in

    click.echo(take_in(config, os.environ, actions, file, trial=trial))


@cli.group()
def slots() -> None:
    """Times that candidates can move an interview to."""


@slots.command("publish")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def publish(config: Path, file: Path) -> None:
    """Offer the slots of FILE (CSV); a ref that is known takes the place of its slot."""
    from bot.running import publish_slots

    click.echo(f"{publish_slots(config, os.environ, actions, file)} published")


@slots.command("withdraw")
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.pass_obj
def withdraw(config: Path, refs: tuple[str, ...]) -> None:
    """Offer the slots with these refs no more."""
    from bot.running import withdraw_slots

    click.echo(f"{withdraw_slots(config, os.environ, actions, refs)} withdrawn")


@cli.group()
def users() -> None:
    """People of the team, and keys for systems that post events."""


@users.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As candidates and colleagues know them.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.RECRUITER.value,
    show_default=True,
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def add_user(config: Path, email: str, name: str, role: str, password_stdin: bool) -> None:
    """Add somebody to the team."""
    from bot.team import add_user as add

    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    add(config, os.environ, email=email, name=name, role=Role(role), password=password)
    click.echo(f"{name} may sign in as {email}.")


@users.command("key")
@click.argument("name")
@click.pass_obj
def add_key(config: Path, name: str) -> None:
    """Make an API key for the system NAME. It is shown once."""
    from bot.team import add_key as add

    click.echo(add(config, os.environ, name))


if __name__ == "__main__":
    cli()
