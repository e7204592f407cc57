"""Every place to die at, with everything that a carrier does, told once and more often.

Chance seldom finds two faults that need each other; a table cannot miss them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from bot.channels.moods import Behaviour, Mood
from bot.domain import failpoints
from tests.factories import DAY, HOUR, completed
from tests.faults.dying import Bomb, insisted, watched
from tests.faults.scenes import empty_house
from tests.world import World

OUTCOMES = {
    "takes it": Mood(),
    "takes it, and its answer is lost": Mood(behaviour=Behaviour.DROPS_ANSWER),
    "never sees it": Mood(behaviour=Behaviour.VANISHES),
    "takes it, and loses it": Mood(behaviour=Behaviour.LOSES),
    "is away": Mood(behaviour=Behaviour.AWAY),
    "asks for patience": Mood(behaviour=Behaviour.REFUSES, code="20429"),
    "does not know the number": Mood(behaviour=Behaviour.REFUSES, code="63024"),
    "says that they want nothing": Mood(behaviour=Behaviour.REFUSES, code="21610"),
    "fails later": Mood(behaviour=Behaviour.FAILS, code="63024"),
}
TIMES = (1, 3)
"""How often systems and carriers tell the same."""
REACHED = tuple(
    name for name in failpoints.NAMES if name.split(".")[0] not in ("erase", "human", "migrate")
)
"""The places of a thank-you and of an answer; the others are for the tests that kill."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="hearback-", dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made)


def play(world: World, bomb: Bomb, place: str, outcome: Mood, times: int) -> None:
    """A thank-you leaves, and a question is answered: both meet the same carrier and die."""
    told: tuple[Callable[[], object], ...] = (
        lambda: world.hearback.receive_event("test", completed()),
        lambda: world.receives("What happens next?", provider_id="SM1"),
    )
    for tell in told:
        bomb.arm(place)
        world.carrier.next_moods(outcome)
        for _ in range(times):
            insisted(tell, world.restarts)
        until = world.clock.now() + timedelta(minutes=50)
        insisted(partial(rest, world, until), world.restarts)


def rest(world: World, until: datetime) -> None:
    """Whoever lives by then does what is left to do."""
    world.stepper.run_until(until)


@pytest.mark.slow
@pytest.mark.parametrize("place", REACHED)
def test_a_death_and_a_whim_of_the_carrier_break_nothing_together(folder: Path, place: str) -> None:
    went_off = 0
    for (name, outcome), times in product(OUTCOMES.items(), TIMES):
        world, bomb = empty_house(folder), Bomb()
        with watched(bomb):
            play(world, bomb, place, outcome, times)
        went_off += len(bomb.went_off)
        world.passes(8 * HOUR)
        world.passes(DAY)
        try:
            world.must_hold(at_rest=True)
        except AssertionError as error:
            raise AssertionError(f"where the carrier {name}, told {times} times: {error}") from None
        finally:
            world.store.close()
    assert went_off
