"""How often does knowledge answer what candidates ask, and how often what it should not?

python -m tests.campaigns.knowledge [--misses] [--tune] [--write]
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import click

from bench.report import Table
from bot.answering.knowledge import Knowledge, load_knowledge
from bot.answering.knowledge.searching import FOR_PAY, NEAR, NEAR_BY_WORDS
from bot.answering.offline import OfflineAnswerer
from bot.answering.understanding import Understanding, load_understanding
from bot.answering.understanding.learning import load_examples
from bot.assembly import KNOWLEDGE, PROMPTS, REMEMBERED
from bot.domain.ports import Decision
from tests.campaigns.page import put
from tests.factories import question

DATA = Path("tests/data/knowledge")
REPORT = Path("docs/knowledge.md")
LANGUAGES = ("en", "es", "pt")
ROLE = "Senior Backend Engineer senior"
SHARES = (0.005, 0.01, 0.015, 0.02, 0.03, 0.05)
"""Of what is none of our business, how much may pass, to choose a threshold by."""
SHOWN = 30
"""Questions about money."""


@dataclass(frozen=True)
class Asked:
    text: str
    language: str
    passage: str
    """The source that answers it; empty where none does."""
    about: str
    """`us`, `elsewhere`, or `person` where only one can answer."""


@dataclass(frozen=True)
class Found:
    asked: Asked
    best: str
    """The source of the nearest passage, near enough or not."""
    nearness: float
    answered: bool

    @property
    def right(self) -> bool:
        return self.answered and self.best == self.asked.passage

    @property
    def wrong(self) -> bool:
        return self.answered and self.best != self.asked.passage


def frozen(language: str) -> Iterator[Asked]:
    for line in (DATA / f"{language}.frozen.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Asked(row["text"], language, row["passage"], row["about"])


@cache
def understanding() -> Understanding:
    return load_understanding(PROMPTS)


@cache
def knowledge(by_words: bool = False) -> Knowledge:
    told = replace(understanding(), embed=None) if by_words else understanding()
    return load_knowledge(KNOWLEDGE, told, REMEMBERED)


def searched(source: Knowledge, every: Iterable[Asked]) -> list[Found]:
    found = []
    for one in every:
        about = {"language": one.language, "role": ROLE, "stage": "undecided"}
        nearness, best = source.ranked(one.text, **about)[0]
        answered = bool(source.search(one.text, **about))
        found.append(Found(one, best.source, nearness, answered))
    return found


def rates(found: Sequence[Found]) -> tuple[str, str, str, str]:
    """Return the nearest is right, answered right, answered wrong, answered for nothing."""
    ours = [one for one in found if one.asked.passage]
    others = [one for one in found if not one.asked.passage]
    return (
        share(one.best == one.asked.passage for one in ours),
        share(one.right for one in ours),
        share(one.wrong for one in ours),
        share(one.wrong for one in others),
    )


def share(hits: Iterable[bool]) -> str:
    told = list(hits)
    return f"{sum(told) / len(told):.2f}"


def search_table() -> Table:
    rows = []
    for by_words in (False, True):
        how = "words alone" if by_words else "meaning and words"
        for language in LANGUAGES:
            found = searched(knowledge(by_words), frozen(language))
            rows.append((how, language, str(len(found)), *rates(found)))
    head = ("search by", "language", "questions", "nearest is right")
    return Table((*head, "answered right", "answered wrong", "answered needlessly"), rows)


# --- the whole answerer --------------------------------------------------------------------


def whole_table() -> Table:
    """What becomes of the same questions behind intents, facts and handoffs."""
    rows = []
    for about in ("us", "person", "elsewhere"):
        for language in LANGUAGES:
            ends = [end for asked, end in ended(language) if asked.about == about]
            told = (share(end == name for end in ends) for name in ENDS)
            rows.append((about, language, str(len(ends)), *told))
    return Table(("about", "language", "questions", *ENDS), rows)


ENDS = ("right passage", "wrong passage", "a person", "turned away", "something else")


def ended(language: str) -> Iterator[tuple[Asked, str]]:
    answerer = OfflineAnswerer(understanding(), knowledge())
    for asked in frozen(language):
        yield (
            asked,
            _end(asked, answerer.answer(question(asked.text, language=language, role=ROLE))),
        )


def _end(asked: Asked, decision: Decision) -> str:
    sources = [reply.source for reply in decision.replies if reply.source]
    if sources:
        return "right passage" if asked.passage in sources else "wrong passage"
    if decision.handoff:
        return "a person"
    keys = [reply.key for reply in decision.replies]
    return "turned away" if keys == ["out_of_scope"] else "something else"


# --- choosing thresholds -------------------------------------------------------------------


def tuning_table(by_words: bool) -> Table:
    """Return which threshold lets so much through of the examples that are none of our
    business. The questions that judge have no say in it."""
    outside = [
        Asked(one.text, one.language, "", "elsewhere")
        for one in load_examples(PROMPTS / "understanding")
        if one.intent == "out_of_scope"
    ]
    near = sorted((one.nearness for one in searched(knowledge(by_words), outside)), reverse=True)
    chosen = NEAR_BY_WORDS if by_words else NEAR
    passing = sum(one >= chosen for one in near) / len(near)
    rows = [(f"{one:.3f}", f"{near[int(len(near) * one)]:.2f}") for one in SHARES]
    return Table(("share that passes", "threshold"), [*rows, (f"{passing:.3f}", f"{chosen:.2f}")])


def pay_table() -> Table:
    """Return the questions about money that come nearest to a page that may answer them. Those
    about what somebody earns must stay below the threshold."""
    asked = [
        Asked(one.text, one.language, "", "person")
        for one in load_examples(PROMPTS / "understanding")
        if one.intent == "ask_compensation"
    ]
    found = sorted(searched(knowledge(), asked), key=lambda one: -one.nearness)
    rows = [(one.asked.text, one.best, f"{one.nearness:.2f}") for one in found]
    return Table(("about money", "page", f"{NEAR + FOR_PAY:.2f}"), rows[:SHOWN])


def cost_table() -> Table:
    """Return what a search costs on one core, in milliseconds."""
    with TemporaryDirectory() as folder:
        remembered = Path(folder) / "knowledge.npz"
        asked = [one.text for one in frozen("en")]
        new, again = (
            _timed(load_knowledge(KNOWLEDGE, understanding(), remembered), asked[:1])
            for _ in range(2)
        )
        each = _timed(knowledge(), asked[1:]) / len(asked[1:])
    rows = [
        ("the first question ever, or after a page was changed", f"{new:.0f}"),
        ("the first question of a process, vectors remembered", f"{again:.0f}"),
        ("every other question", f"{each:.0f}"),
    ]
    return Table(("a search", "ms"), rows)


def _timed(source: Knowledge, asked: Sequence[str]) -> float:
    before = perf_counter()
    for text in asked:
        source.search(text, language="en", stage="undecided")
    return (perf_counter() - before) * 1000


def _tell_misses(tell: Callable[[str], None]) -> None:
    for language in LANGUAGES:
        for found in searched(knowledge(), frozen(language)):
            if found.wrong or (found.asked.passage and not found.right):
                want = found.asked.passage or found.asked.about
                tell(f"{found.nearness:.2f} {found.asked.text}\n    {found.best}\n    not: {want}")
        for asked, end in ended(language):
            tell(f"{end}: {asked.text} ({asked.about})")


def _write(*tables: Table) -> None:
    put(REPORT, "rates", "\n\n".join(str(table) for table in tables))


@click.command()
@click.option("--misses", is_flag=True, help="Show what was missed, and how each question ended.")
@click.option("--tune", is_flag=True, help="Show which thresholds let how much through.")
@click.option("--write", is_flag=True, help="Write the tables into docs/knowledge.md.")
def main(misses: bool, tune: bool, write: bool) -> None:
    """Measure how often knowledge answers."""
    if tune:
        for by_words in (False, True):
            click.echo(f"{tuning_table(by_words)}\n")
        click.echo(f"{pay_table()}\n")
    if misses:
        _tell_misses(click.echo)
    tables = cost_table(), search_table(), whole_table()
    for table in tables:
        click.echo(f"{table}\n")
    if write:
        _write(*tables)


if __name__ == "__main__":
    main()
