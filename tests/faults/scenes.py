"""Databases that were prepared once, to be copied for each of many cases."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tests.factories import NOON
from tests.fakes.phones import letters, read_log
from tests.tables import make_tables
from tests.world import World, move_in


def prepared(database_url: str, log: Path, play: Callable[[World], object]) -> datetime:
    """Make the tables and let `play` happen; return the moment it ends at."""
    make_tables(database_url)
    world = move_in(database_url, NOON, log)
    play(world)
    world.store.close()  # the last one out moves SQLite's log into the file
    return world.clock.now()


def entered(database_url: str, at: datetime, log: Path) -> World:
    """Go on where somebody stopped, or died: what the carrier has is in its log, and what it
    has not reported yet it reports now."""
    world = move_in(database_url, at, log)
    world.carrier.remember(read_log(log))
    world.let_leases_run_out()
    return world


def empty_house(folder: Path, at: datetime = NOON) -> World:
    """Open a house in which nothing has happened, with both ways to candidates."""
    scene = folder / "empty.db"
    if not scene.exists():
        prepared(f"sqlite:///{scene}", folder / "empty.jsonl", lambda world: None)
    return move_in(copied(scene, folder / "played.db"), at, mail=letters)


def copied(file: Path, to: Path) -> str:
    """Copy a SQLite file over another one; return the URL of the copy."""
    for rest in ("-wal", "-shm"):
        Path(f"{to}{rest}").unlink(missing_ok=True)
    shutil.copyfile(file, to)
    return f"sqlite:///{to}"
