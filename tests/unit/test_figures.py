import pytest

from bot.domain.figures import Share, median, net_promoter


def test_nobody_is_no_score() -> None:
    assert net_promoter({}) is None


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        ({10: 1}, 100),
        ({6: 1}, -100),
        ({7: 3, 8: 1}, 0),
        ({9: 5, 7: 3, 0: 2}, 30),
        ({10: 1, 5: 2}, -33),
    ],
)
def test_who_promotes_counts_against_who_does_not(counts: dict[int, int], value: int) -> None:
    score = net_promoter(counts)

    assert score is not None
    assert round(score.value) == value and score.answers == sum(counts.values())


def test_the_interval_narrows_with_every_answer_and_is_never_a_point() -> None:
    widths = []
    for answers in (3, 30, 300):
        score = net_promoter({10: answers})
        assert score is not None and -100 <= score.low < score.high <= 100
        widths.append(score.high - score.low)

    assert widths == sorted(widths, reverse=True) and widths[-1] > 0


def test_ten_answers_are_no_longer_few() -> None:
    few, enough = net_promoter({10: 9}), net_promoter({10: 10})

    assert few is not None and few.few
    assert enough is not None and not enough.few


@pytest.mark.parametrize(
    ("part", "of", "percent"),
    [(0, 0, None), (0, 5, 0), (5, 5, 100), (999, 1000, 99), (1, 1000, 1), (1, 3, 33), (1, 2, 50)],
)
def test_all_and_none_are_only_said_of_all_and_none(
    part: int, of: int, percent: int | None
) -> None:
    assert Share(part, of).percent == percent


def test_the_middle_of_nothing_is_nothing() -> None:
    assert median([]) is None
    assert median([5]) == 5
