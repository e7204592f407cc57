"""What benchmarks print: ratios of rounds, verdicts that follow from floor and goal."""

from pathlib import Path

import pytest

from bench.measuring import Side, Spread, in_turns, percentile, ratios, worst_second
from bench.report import Figure, Table, Verdict, figure_table, short
from bench.script import missed, write_section


def figure(measured: float, floor: float | None, goal: float | None, but: str = "") -> Figure:
    return Figure(name="it", measured=Spread.of([measured]), floor=floor, goal=goal, but=but)


@pytest.mark.parametrize(
    ("measured", "floor", "goal", "verdict"),
    [
        (0.6, 0.4, 0.6, Verdict.GOAL),
        (0.5, 0.4, 0.6, Verdict.FLOOR),
        (0.3, 0.4, 0.6, Verdict.MISSED),
        (40, 100, 40, Verdict.GOAL),
        (99, 100, 40, Verdict.FLOOR),
        (101, 100, 40, Verdict.MISSED),
        (0, 0, 0, Verdict.GOAL),
        (1, 0, 0, Verdict.MISSED),
        (1, None, None, Verdict.NONE),
    ],
)
def test_a_verdict_knows_whether_more_or_less_is_better(
    measured: float, floor: float | None, goal: float | None, verdict: Verdict
) -> None:
    assert figure(measured, floor, goal).verdict is verdict


def test_a_reason_stands_in_place_of_a_verdict() -> None:
    waiting = figure(500, 85, 82, but="not limited yet")

    assert waiting.verdict is Verdict.NONE
    assert "not limited yet" in str(figure_table([waiting]))


def test_what_misses_its_floor_is_named() -> None:
    assert missed([figure(101, 100, 40), figure(1, None, None)]) == ["MISSES ITS FLOOR: it"]
    assert missed([figure(40, 100, 40)]) == ["Every floor is held."]


def test_percentiles_are_values_that_were_measured() -> None:
    times = [float(number) for number in range(1, 101)]

    assert [percentile(times, share) for share in (0.5, 0.99, 1)] == [50, 99, 100]
    assert percentile([7.0], 0.01) == 7


def test_sides_take_turns_and_change_who_begins() -> None:
    order: list[str] = []

    def side(name: str) -> Side:
        return lambda: order.append(name) or float(len(order))

    measured = in_turns(3, side("ours"), side("floor"))

    assert order == ["ours", "floor", "floor", "ours", "ours", "floor"]
    assert measured == [[1, 4, 5], [2, 3, 6]]


def test_a_ratio_is_taken_round_by_round() -> None:
    assert ratios([10, 40, 30], [20, 40, 20]) == Spread(1, 0.5, 1.5)


def test_the_worst_second_may_begin_anywhere() -> None:
    assert worst_second([0.0, 0.9, 1.1, 1.2, 1.8, 3.0]) == 4
    assert worst_second([]) == 0


def test_numbers_have_the_digits_they_deserve() -> None:
    assert [short(one) for one in (0, 0.0512, 43.21, 1234.5)] == ["0", "0.05", "43.2", "1,234"]


def test_a_table_lines_up() -> None:
    table = Table(("engine", "lost"), [("dramatiq", "66"), ("ours", "0")])

    assert str(table).splitlines() == [
        "| engine   | lost |",
        "| -------- | ---: |",
        "| dramatiq |   66 |",
        "| ours     |    0 |",
    ]


def test_a_section_is_replaced_and_its_neighbours_are_not(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\n## One\nold\n\n## Two\nstays\n")

    write_section(page, "## One\nnew\n")
    write_section(page, "## Three\nadded\n")

    assert page.read_text() == ("# Benchmarks\n\n## One\nnew\n\n## Two\nstays\n\n## Three\nadded\n")
