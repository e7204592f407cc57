"""Kills a process at every place of every story with a real SIGKILL, and starts another one.

python -m tests.faults.killing --server sqlite|URL --folder FOLDER

Prints one JSON object per death. It runs in a process of its own: everything is loaded once,
the statements are compiled once, and each death costs a fork.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

import click
import psycopg
from sqlalchemy import make_url

from bot.domain.failpoints import watch
from tests.factories import HOUR
from tests.faults.dying import watched
from tests.faults.scenes import copied, entered, prepared
from tests.faults.stories import STORIES, Story
from tests.invariants import violations

REST = 8 * HOUR
"""After it the last look at what may have got lost is over."""
NOT_REACHED = 3


@dataclass(frozen=True, kw_only=True)
class Death:
    story: str
    place: str
    broken: list[str]
    """What did not hold after the restart, in words."""


@dataclass(frozen=True)
class Place:
    """Where the cases of one story are played: a scene, and a copy to play in."""

    scene: str
    copy: Callable[[], str]
    folder: Path
    at: datetime

    @property
    def log(self) -> Path:
        return self.folder / "played.jsonl"

    @property
    def died_at(self) -> Path:
        return self.folder / "died_at"

    def fresh(self) -> str:
        """Bring everything back to where the story begins; return the URL."""
        scene_log = self.folder / f"{self.scene}.jsonl"
        self.log.write_text(scene_log.read_text() if scene_log.exists() else "")
        return self.copy()


def deaths_of(name: str, place: Place) -> Iterator[Death]:
    story, broken = STORIES[name], place.folder / "broken.json"
    for where in _places(story, place):
        url = place.fresh()
        _expect(_forked(partial(_die, url, place, story, where)), -signal.SIGKILL)
        _expect(_forked(partial(_go_on, url, place, story, broken)), 0)
        yield Death(story=name, place=where, broken=json.loads(broken.read_text()))


def _places(story: Story, place: Place) -> list[str]:
    """Tell the story once to its end: every place that it reaches, in order."""
    reached: dict[str, None] = {}
    world = entered(place.fresh(), place.at, place.log)
    with watched(lambda name: reached.setdefault(name)):
        story.play(world)
    world.store.close()
    return list(reached)


def _die(url: str, place: Place, story: Story, where: str) -> NoReturn:
    world = entered(url, place.at, place.log)

    def reached(name: str) -> None:
        if name == where:
            place.died_at.write_text(world.clock.now().isoformat())
            os.kill(os.getpid(), signal.SIGKILL)

    watch(reached)
    story.play(world)
    os._exit(NOT_REACHED)


def _go_on(url: str, place: Place, story: Story, broken: Path) -> NoReturn:
    """Restart, be told the same again, drain, and look at what became of it."""
    world = entered(url, datetime.fromisoformat(place.died_at.read_text()), place.log)
    story.play(world)
    world.passes(REST)
    found = violations(world.record(), at_rest=True)
    taken = {took.reference for took in world.log}
    said = any(row.id in taken for row in world.rows(story.says or None))
    if story.says and not said and not world.tasks():
        found.append(f"no {story.says} has left, and nobody is asked about it")
    broken.write_text(json.dumps(found))
    os._exit(0)


def _forked(act: Callable[[], NoReturn]) -> int:
    """Run `act` in a child; return its exit code, negative for a signal."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # said by the traceback; the parent sees the exit code
            sys.excepthook(*sys.exc_info())
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _expect(code: int, wanted: int) -> None:
    if code != wanted:
        raise AssertionError(f"the child ended with {code} instead of {wanted}")


# --- where ----------------------------------------------------------------------------------


@contextmanager
def on_sqlite(folder: Path, name: str) -> Iterator[Place]:
    scene, played = folder / f"{name}.db", folder / "played.db"
    at = prepared(f"sqlite:///{scene}", folder / f"{name}.jsonl", STORIES[name].before)
    yield Place(name, lambda: copied(scene, played), folder, at)


@contextmanager
def on_postgres(server: str, folder: Path, name: str) -> Iterator[Place]:
    """Databases of the same names for every story: their URL stays, and what is compiled."""
    scene, played = (f"hearback_{kind}_{os.getpid()}" for kind in ("scene", "played"))
    _sql(server, f'CREATE DATABASE "{scene}" TEMPLATE template0')
    try:
        before = STORIES[name].before
        at = prepared(_url(server, scene), folder / f"{name}.jsonl", before)

        def copy() -> str:
            _sql(server, f'DROP DATABASE IF EXISTS "{played}" WITH (FORCE)')
            _sql(server, f'CREATE DATABASE "{played}" TEMPLATE "{scene}"')
            return _url(server, played)

        yield Place(name, copy, folder, at)
    finally:
        for one in (played, scene):
            _sql(server, f'DROP DATABASE IF EXISTS "{one}" WITH (FORCE)')


def _url(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _sql(server: str, statement: str) -> None:
    admin = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(statement)


@click.command()
@click.option("--server", default="sqlite", show_default=True, help="Or a PostgreSQL's URL.")
@click.option("--folder", type=click.Path(path_type=Path, exists=True), required=True)
@click.argument("names", nargs=-1, type=click.Choice(sorted(STORIES)))
def main(server: str, folder: Path, names: tuple[str, ...]) -> None:
    """Tell these stories, or all, with a death at every place that they reach."""
    for name in names or STORIES:
        where = on_sqlite(folder, name) if server == "sqlite" else on_postgres(server, folder, name)
        with where as place:
            for death in deaths_of(name, place):
                click.echo(json.dumps(asdict(death)))


if __name__ == "__main__":
    main()
