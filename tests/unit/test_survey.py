"""What counts as a score, and what is meant for somebody else."""

import pytest

from flows.survey import read_score


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("9", 9),
        ("0", 0),
        ("10!", 10),
        ("I'd say 9/10", 9),
        ("un 8 de 10", 8),
        ("8 out of 10", 8),
        ("ten", 10),
        ("un ocho", 8),
        ("nota sete", 7),
        ("sorry, 8", 8),
        ("11", None),
        ("-3", None),
        ("7.5", None),
        ("7 or 8", None),
        ("between seven and eight", None),
        ("call me on 600 000 000", None),
        ("see you on 24 November", None),
        ("It was all right", None),
        ("I waited 3 weeks and nobody told me anything about it", None),
        ("", None),
    ],
)
def test_a_score_is_one_whole_number_from_0_to_10(text: str, score: int | None) -> None:
    assert read_score(text) == score
