"""A model that wants to do harm has nothing to do it with. `python -m tests.campaigns.hostile`
goes on for as long as you like."""

from pathlib import Path
from random import Random

import pytest

from tests.campaigns.hostile import DAY_THEN, QUESTIONS, plain, play
from tests.fakes.asking import asking
from tests.fakes.hostile import SURE_LIES, hostile_server

TURNS = 300


@pytest.mark.slow
def test_of_three_hundred_hostile_answers_only_what_is_true_is_said(tmp_path: Path) -> None:
    random, (server, hostile) = Random(11), hostile_server(11, DAY_THEN)
    with server:
        turn = asking(tmp_path, server.url, tokens_per_candidate=10**9)
        decisions = [turn.asks(random.choice(QUESTIONS)) for _ in range(TURNS)]

    said = {plain(reply.text) for one in decisions for reply in one.replies if reply.text}
    assert said == {plain(f"You will hear from Dana Weiss by {DAY_THEN}.")}
    assert len(hostile.lied) > SURE_LIES
    assert all(one.right is None and one.survey is None for one in decisions)
    assert all(one.reason for one in decisions)


@pytest.mark.slow
def test_a_house_with_a_hostile_model_keeps_its_secrets_and_every_rule() -> None:
    outcome = play(seed=3, turns=30)

    assert outcome.violations == []
    assert outcome.answered["by small"] > 0
