"""Plays a candidate's days in seconds: the real verbs on a virtual clock."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.assembly import Actions, Hearback, build, simulator
from bot.clock import VirtualClock
from bot.domain.errors import BadInput, Mistake
from bot.domain.events import Event
from bot.domain.model import Role
from bot.domain.policy import window_open
from bot.settings import ROOT, Settings, load_settings
from bot.sources.api import read_event
from bot.sources.files import read_events
from bot.store import Store
from bot.store.migrate import migrate
from bot.store.rehearsed import Rehearsed, rehearsed
from bot.work.stepper import Stepper

STORY = ROOT / "docs" / "examples" / "story.json"


def rehearse(
    config: Path,
    environment: Mapping[str, str],
    actions: Actions,
    *,
    file: Path | None,
    days: int,
    as_json: bool,
) -> Iterable[str]:
    """Yield a line per message, in the order they left. Raises BadInput for a bad event."""
    events = read_events(file or STORY)
    settings = load_settings(config, environment)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/rehearsal.db")
        migrate(store)
        hearback = _play(settings, store, actions, events, timedelta(days=days))
        with store.read() as tx:
            rows = rehearsed(tx.connection)
        for row in rows:
            told = _tell(row, hearback)
            yield json.dumps(told, ensure_ascii=False) if as_json else _plain(told)
        store.close()


def _play(
    settings: Settings,
    store: Store,
    actions: Actions,
    events: list[Mapping[str, Any]],
    length: timedelta,
) -> Hearback:
    told = sorted(((read_event(raw), raw) for raw in events), key=lambda pair: pair[0].occurred_at)
    if not told:
        raise BadInput([Mistake("events", "there are none", "see docs/examples/story.json")])
    clock = VirtualClock(told[0][0].occurred_at.astimezone(UTC))
    carrier = simulator(clock)
    hearback = build(settings, store, clock, carrier, actions)
    carrier.connect(hearback.settler.report)
    stepper = Stepper(
        store, clock, hearback.turn, hearback.intake.plan, hearback.intake.watch, carrier.settle
    )
    for event, raw in told:
        for email in _colleagues(event):
            _admit(store, email, clock.now())
        stepper.run_until(event.occurred_at.astimezone(UTC))
        hearback.receive_event("rehearsal", raw)
        stepper.settle_now()
    stepper.run_until(told[0][0].occurred_at.astimezone(UTC) + length)
    return hearback


def _colleagues(event: Event) -> list[str]:
    """Who is named in an event as recruiter, or as having released a decision."""
    named = [event.job.recruiter if event.job else ""]
    named.append(event.decision.released_by if event.decision else "")
    return [email for email in named if email]


def _admit(store: Store, email: str, now: datetime) -> None:
    """In a rehearsal whoever is named belongs to the team, and had the right to."""
    name = email.split("@")[0].replace(".", " ").title()
    with store.begin() as tx:
        tx.users.add(email=email, name=name, role=Role.RECRUITER, password_hash="", now=now)


def _tell(row: Rehearsed, hearback: Hearback) -> dict[str, str]:
    with hearback.store.read() as tx:
        zone = hearback.planner.candidacies.zone(tx, row.person_id, row.time_zone)
    at = row.at.astimezone(UTC)
    is_open = window_open(row.last_inbound_at, at)
    return {
        "at": at.isoformat(),
        "local_time": at.astimezone(zone).isoformat(),
        "to": row.name,
        "stage": row.kind,
        "channel": row.channel,
        "window": "open" if is_open else "closed",
        "kind": row.form,
        "text": row.body,
        "reason": row.reason,
        "state": row.state,
    }


def _plain(told: Mapping[str, str]) -> str:
    local = datetime.fromisoformat(told["local_time"])
    head = f"{local:%a %d %b %H:%M}  {told['stage']}  ({told['kind']}, {told['state']})"
    indented = "\n".join(f"    {line}" for line in told["text"].splitlines())
    return f"{head}\n    why: {told['reason']}\n\n{indented}\n"
