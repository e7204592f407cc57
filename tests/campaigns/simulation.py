"""Ten thousand processes, fourteen days, forty time zones: is anybody ever forgotten, woken,
written to twice or against their will?

The lives (see lives.py) are played in houses of a hundred candidates, each with its own clock
and database; most houses live through a change of the clock in one of the zones. Recruiters
read what waits for them in office hours, the carrier has its whims, processes die. Then the
invariants of tests/invariants look at everything that was stored, and at the carrier's log.

    python -m tests.campaigns.simulation --processes 1000 --seed 7
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import click
import sqlalchemy as sa

from bot.channels.moods import Behaviour, Mood
from bot.domain.errors import Conflict
from bot.domain.model import ConversationId, MessageId
from bot.store.schema import handoffs, messages, tasks
from tests import invariants
from tests.campaigns.lives import OFFICE, SPAN, YEARS, ZONES, Life, Reported, clock_changes, life
from tests.campaigns.page import put
from tests.factories import DAY
from tests.faults.scenes import empty_house
from tests.invariants.silence import stretches, waits
from tests.world import World

REPORT = Path("docs/testing.md")
NO_PROMISE = frozenset({"nobody waits any more", "a booked appointment"})
"""Here no promise is running, so nothing is exempt from it."""
MOST_EXEMPT = 0.01
HOUSEFUL = 100
WHOLE = 10_000
"""So many are written into the documentation."""
OFFICE_HOURS = (9, 11, 13, 15, 17)
RULES = {
    "silence": ("I8",),
    "quiet hours": ("I6",),
    "window": ("I7",),
    "opt-out and consent": ("I4", "I5"),
    "decisions": ("I3", "I15"),
    "duplicates": ("I1", "I2"),
    "everything else": ("I9", "I10", "I11", "I13", "I14", "I16", "I17", "alarms", "tasks"),
}


@dataclass
class Tally:
    """What became of some processes."""

    processes: int = 0
    messages: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    """Changes of a clock that somebody in that zone lived through."""
    zones: set[str] = field(default_factory=set)
    waits: int = 0
    rests: Counter[str] = field(default_factory=Counter)
    exempt: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.processes += other.processes
        self.messages += other.messages
        self.changes += other.changes
        self.zones |= other.zones
        self.waits += other.waits
        self.rests += other.rests
        self.exempt += other.exempt
        self.violations += other.violations

    @property
    def share_exempt(self) -> float:
        return self.exempt.total() / (self.waits or 1)


# --- one house ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class House:
    """A houseful of candidates, and when they live."""

    seed: int
    numbers: Sequence[int]

    def play(self, folder: Path) -> Tally:
        dice = Random(f"{self.seed}:{self.numbers[0]}")
        start = _start(dice)
        lives = [life(n, start, ZONES[n % len(ZONES)], dice) for n in self.numbers]
        world = empty_house(folder, start)
        world.carrier.whims(lambda: _whim(dice))
        try:
            _played(world, lives, start + SPAN, dice)
            return self._tally(world, lives, start)
        finally:
            world.store.close()

    def _tally(self, world: World, lives: Sequence[Life], start: datetime) -> Tally:
        record = world.record()
        tally = Tally(
            processes=len(lives),
            messages=len(record.took),
            zones={one.zone for one in lives},
            waits=stretches(record),
            violations=[
                f"seed {self.seed}, house of {self.numbers[0]}: {found}"
                for found in invariants.violations(record)
            ],
        )
        for at, zone in clock_changes():
            if start <= at < start + SPAN and zone in tally.zones:
                tally.changes[zone] += 1
        for wait in waits(record):
            if not wait.broken:
                kind = tally.rests if wait.excuses[0] in NO_PROMISE else tally.exempt
                kind[wait.excuses[0]] += 1
        return tally


def _start(dice: Random) -> datetime:
    """Mostly so that somebody's clock is changed within the fortnight."""
    at, _ = dice.choice(clock_changes())
    if dice.random() < 0.2:
        at = datetime(YEARS[0], 1, 1, tzinfo=UTC) + dice.randrange(1000) * DAY
    return at - timedelta(hours=dice.randrange(24, 13 * 24))


def _played(world: World, lives: Sequence[Life], until: datetime, dice: Random) -> None:
    start = world.clock.now()
    acts = sorted((act for one in lives for act in one.acts), key=lambda act: act.at)
    deaths = [start + dice.random() * SPAN for _ in range(dice.choice((0, 0, 1)))]
    moments = [(act.at, act) for act in acts if act.at < until]
    moments += [(at, None) for at in _office_hours(start, until)]
    for at, act in sorted(moments, key=lambda moment: moment[0]):
        world.stepper.run_until(max(at, world.clock.now()))
        if deaths and deaths[0] <= at:
            deaths.clear()
            world.restarts(after=20 * timedelta(minutes=1))
            world.carrier.whims(lambda: _whim(dice))
        if act is None:
            _recruiter_works(world)
        elif isinstance(act, Reported):
            world.happens(act.event)
        else:
            world.receives(act.text, address=act.address, provider_id=act.provider_id)
    world.stepper.run_until(until)


def _office_hours(start: datetime, until: datetime) -> Iterator[datetime]:
    """When recruiters look at what waits for them."""
    day = start.astimezone(OFFICE).replace(hour=0, minute=0, second=0)
    while day < until:
        for hour in OFFICE_HOURS if day.weekday() < 5 else ():
            at = day.replace(hour=hour).astimezone(UTC)
            if start <= at < until:
                yield at
        day += DAY


def _recruiter_works(world: World) -> None:
    """Reads the words that wait to be approved, and answers who asked for a person."""
    desk, dana = world.hearback.desk, world.recruiter
    with world.store.read() as tx:
        asked = sa.select(tasks.c.dedupe_key).where(tasks.c.done_at.is_(None))
        keys = tx.connection.execute(asked.where(tasks.c.kind == "approve")).scalars().all()
        opened = sa.select(handoffs.c.conversation_id).where(handoffs.c.released_at.is_(None))
        talks = list(tx.connection.execute(opened).scalars())
        waiting = sa.select(messages.c.id).where(messages.c.state.in_(("ready", "held")))
        unread = list(tx.connection.execute(waiting).scalars()) if keys else []
        rows = [row for one in unread if (row := tx.messages.find(MessageId(one)))]
    for row in rows:
        if any(row.key in key for key in keys):
            desk.approve(row.id, dana, words_hash=row.words_hash)
    for talk in talks:
        _answer(world, ConversationId(talk))


def _answer(world: World, talk: ConversationId) -> None:
    desk, dana = world.hearback.desk, world.recruiter
    with world.store.read() as tx:
        seen = tx.history.last_inbound(talk)
    try:
        desk.reply(talk, dana, "Let me find out for you.", once=f"{talk}:{seen}", seen=seen)
    except Conflict:
        pass  # too late, or they opted out: she calls them
    world.stepper.settle_now()
    desk.release(talk, dana, "answered")
    world.stepper.settle_now()


def _whim(dice: Random) -> Mood:
    """One message in a hundred meets a carrier that is not itself."""
    roll = dice.random()
    if roll < 0.004:
        return Mood(behaviour=Behaviour.DROPS_ANSWER)
    if roll < 0.005:
        return Mood(behaviour=Behaviour.VANISHES)
    if roll < 0.009:
        return Mood(behaviour=Behaviour.REFUSES, code="20429")
    if roll < 0.01:
        return Mood(behaviour=Behaviour.FAILS, code="63024")
    return Mood()


# --- all of them --------------------------------------------------------------------------------


def simulated(processes: int, seed: int, jobs: int) -> Iterator[Tally]:
    """Yield what became of each houseful."""
    starts = range(0, processes, HOUSEFUL)
    houses = [
        House(seed=seed, numbers=range(first, min(first + HOUSEFUL, processes))) for first in starts
    ]
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        play = partial(_play, Path(folder))
        if jobs < 2:
            yield from map(play, houses)
            return
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            yield from pool.imap_unordered(play, houses)


def _play(folder: Path, house: House) -> Tally:
    own = folder / str(os.getpid())
    own.mkdir(exist_ok=True)
    return house.play(own)


def broken(tally: Tally) -> Mapping[str, int]:
    """Return how often each promise was broken."""
    names = Counter(found.split(": ")[1] for found in tally.violations)
    return {rule: sum(names[name] for name in checked) for rule, checked in RULES.items()}


def table(tally: Tally) -> str:
    rows = [
        "| | |",
        "|---|---:|",
        f"| processes, 14 days each | {tally.processes:,} |",
        f"| time zones | {len(tally.zones)} |",
        f"| zones whose clock was changed meanwhile | {len(tally.changes)} |",
        f"| messages that the carriers took | {tally.messages:,} |",
        f"| stretches from one word to the next | {tally.waits:,} |",
        *(f"| **violations: {rule}** | **{times}** |" for rule, times in broken(tally).items()),
        f"| longer than 72 hours by a rule | {_part(tally, tally.exempt.total())} |",
        *(f"| - {why} | {_part(tally, n)} |" for why, n in tally.exempt.most_common()),
        f"| longer, while no promise runs | {_part(tally, tally.rests.total())} |",
        *(f"| - {why} | {_part(tally, n)} |" for why, n in tally.rests.most_common()),
    ]
    return "\n".join(rows) + "\n"


def _part(tally: Tally, times: int) -> str:
    return f"{times:,} ({times / (tally.waits or 1):.2%})"


@click.command(help=__doc__)
@click.option("--processes", default=10_000, show_default=True)
@click.option("--seed", default=0, show_default=True, help="The same number plays the same lives.")
@click.option("--jobs", default=2, show_default=True, help="Houses that are played side by side.")
def main(processes: int, seed: int, jobs: int) -> None:
    all_of_them, began = Tally(), time.monotonic()
    for tally in simulated(processes, seed, jobs):
        all_of_them.add(tally)
        for found in tally.violations:
            click.echo(found, err=True)
        minutes = (time.monotonic() - began) / 60
        click.echo(f"{all_of_them.processes} of {processes} in {minutes:.1f} min", err=True)
    click.echo(table(all_of_them))
    if all_of_them.violations or all_of_them.share_exempt >= MOST_EXEMPT:
        raise SystemExit(f"{len(all_of_them.violations)} violations")
    if processes >= WHOLE and REPORT.exists():
        put(REPORT, "simulation", table(all_of_them))


if __name__ == "__main__":
    main()
