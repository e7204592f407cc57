"""Prints the ledger of promises."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from bot.assembly import Actions
from bot.domain.silence import Outcome
from bot.outreach.ledger import Line, Week
from bot.running import opened
from bot.settings import load_settings


def report(
    config: Path, environment: Mapping[str, str], actions: Actions, *, weeks: int, as_json: bool
) -> Iterable[str]:
    """Yield the lines of the report; how far it is goes to the terminal beside it."""
    settings = load_settings(config, environment)
    with opened(settings, actions) as (hearback, _, _):
        found = hearback.ledger.weeks(weeks, _progress)
    for week in found:
        yield from map(_as_json, week.lines) if as_json else _as_text(week)


def _progress(done: int, of: int) -> None:
    if done % 500 == 0 and done < of:
        click.echo(f"{done} of {of} processes read", err=True)


def _as_json(line: Line) -> str:
    entry = line.entry
    told = {
        "process": line.process,
        "candidate": line.candidate,
        "job": line.job,
        "promise": entry.vow.value,
        "outcome": entry.outcome.value,
        "since": entry.since.isoformat(),
        "due_at": entry.due_at.isoformat(),
        "kept_at": entry.kept_at.isoformat() if entry.kept_at else None,
        "why": entry.why,
        "who": entry.who,
    }
    return json.dumps(told, ensure_ascii=False)


def _as_text(week: Week) -> Iterable[str]:
    yield f"Week of {week.monday:%d %B %Y}"
    if not week.lines:
        yield "  nothing was due"
    for vow, counts in sorted(week.counts.items()):
        kept, broken = counts[Outcome.KEPT], counts[Outcome.BROKEN]
        rate = f"{kept / (kept + broken):.0%} kept" if kept + broken else "none due yet"
        more = [f"{counts[one]} {one.value}" for one in Outcome if counts[one]]
        yield f"  {vow.value:<12}{rate:>12}   {', '.join(more)}"
    for line in week.broken:
        yield f"  broken: {line.entry.vow.value} to {line.candidate} ({line.job}): {_whose(line)}"
    yield ""


def _whose(line: Line) -> str:
    return f"{line.entry.why} ({line.entry.who})" if line.entry.who else line.entry.why
