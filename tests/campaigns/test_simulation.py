"""A handful of the lives that `make simulate` plays, in every run of the tests."""

from pathlib import Path

import pytest

from tests.campaigns.lives import ZONES, clock_changes
from tests.campaigns.simulation import House, broken, table


@pytest.mark.slow
def test_a_dozen_lives_of_a_fortnight_break_no_promise(tmp_path: Path) -> None:
    tally = House(seed=1, numbers=range(12)).play(tmp_path)

    assert tally.violations == []
    assert not any(broken(tally).values())
    assert tally.processes == len(tally.zones) == 12
    assert tally.messages > 50
    assert "| processes, 14 days each | 12 |" in table(tally)


def test_there_are_forty_zones_and_most_change_their_clocks() -> None:
    changed = {zone for _, zone in clock_changes()}

    assert len(set(ZONES)) == 40
    assert 15 < len(changed) < 40
