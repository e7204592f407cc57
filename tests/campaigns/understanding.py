"""How often is what candidates write understood, on texts that nothing was learned from?

python -m tests.campaigns.understanding [--misses] [--write]
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from sklearn.metrics import roc_auc_score

from bench.report import Table
from bot.answering.understanding import Meaning, Understanding, load_understanding
from bot.assembly import PROMPTS
from tests.campaigns.page import put

DATA = Path("tests/data/understanding")
THIRD_PARTY = Path("../shared/data/intents_thirdparty.jsonl")
REPORT = Path("docs/understanding.md")
LANGUAGES = ("en", "es", "pt")
NEVER_MISSED = ("opt_out", "distress")
BINDING = ("accept_offer", "decline_offer", "withdraw")


@dataclass(frozen=True)
class Judged:
    text: str
    intent: str
    meaning: Meaning

    @property
    def right(self) -> bool:
        return self.meaning.intent.name == self.intent

    @property
    def caught(self) -> bool:
        """Whether the intent is seen at all, first or not."""
        return self.meaning.confidence(self.intent) > 0


def frozen(language: str) -> Iterator[tuple[str, str]]:
    for line in (DATA / f"{language}.frozen.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["text"], row["intent"]


def judged(understanding: Understanding, language: str) -> list[Judged]:
    return [
        Judged(text, intent, understanding.read(text, language))
        for text, intent in frozen(language)
    ]


def rates(every: Mapping[str, Sequence[Judged]]) -> Table:
    """Return what the figures are by language; shares from 0 to 1."""
    return Table(
        ("language", "texts", "right", "out of scope, AUROC", "opt-out seen", "distress seen"),
        [
            (
                language,
                str(len(found)),
                f"{_share(one.right for one in found)}",
                f"{auroc(found):.3f}",
                *(_share(o.caught for o in found if o.intent == name) for name in NEVER_MISSED),
            )
            for language, found in every.items()
        ],
    )


def by_intent(every: Mapping[str, Sequence[Judged]]) -> Table:
    names = sorted({one.intent for found in every.values() for one in found})
    rows = []
    for name in names:
        shares = [
            _share(one.right for one in found if one.intent == name) for found in every.values()
        ]
        rows.append((name, *shares))
    return Table(("intent", *every), rows)


def auroc(found: Sequence[Judged]) -> float:
    truth = [one.intent == "out_of_scope" for one in found]
    return float(roc_auc_score(truth, [one.meaning.out_of_scope for one in found]))


def _share(hits: Iterator[bool]) -> str:
    told = list(hits)
    return f"{sum(told) / len(told):.2f}"


def _tell_misses(found: Sequence[Judged]) -> None:
    for one in found:
        if not one.right:
            got = ", ".join(f"{i.name} {i.confidence:.2f}" for i in one.meaning.intents)
            click.echo(f"{one.intent}: {one.text}\n    {got}")


def confused(found: Sequence[Judged]) -> Counter[tuple[str, str]]:
    return Counter((one.intent, one.meaning.intent.name) for one in found if not one.right)


def _write(*tables: Table) -> None:
    put(REPORT, "rates", "\n\n".join(str(table) for table in tables))


@click.command()
@click.option("--misses", is_flag=True, help="Show every text that was misunderstood.")
@click.option("--write", is_flag=True, help="Write the tables into docs/understanding.md.")
def main(misses: bool, write: bool) -> None:
    """Measure how often what candidates write is understood."""
    understanding = load_understanding(PROMPTS)
    every: dict[str, list[Judged]] = defaultdict(list)
    for language in LANGUAGES:
        click.echo(f"reading {language} ...", err=True)
        every[language] = judged(understanding, language)
        if misses:
            _tell_misses(every[language])
    tables = rates(every), by_intent(every)
    for table in tables:
        click.echo(f"{table}\n")
    if write:
        _write(*tables)


if __name__ == "__main__":
    main()
