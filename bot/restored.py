"""After a backup was put back: what it does not know is found out before anything leaves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path

from bot.assembly import Actions, Hearback
from bot.domain.errors import CarrierAway
from bot.outreach.tombstones import Burial, read_tombstones
from bot.running import opened
from bot.settings import load_settings
from bot.store.restores import REMEMBERED, Gap

MARGIN = timedelta(hours=1)
"""A database may have noted nothing for some time before it was copied."""


def put_back(
    config: Path,
    environment: Mapping[str, str],
    actions: Actions,
    tombstones: Sequence[Iterable[str]],
) -> Iterator[str]:
    """Yield what was done and what is left to do. Safe to repeat.

    Raises BadInput: a line is no tombstone. BadConfig, StoreDown.
    """
    settings = load_settings(config, environment)
    kept = settings.secrets.tombstones
    ours = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    with opened(settings, actions) as (hearback, _, _):
        yield from recall(hearback, chain.from_iterable(tombstones or [ours]))


def recall(hearback: Hearback, tombstones: Iterable[str]) -> Iterator[str]:
    """Note the gap, bury who was buried, and fetch what was written to us meanwhile."""
    stones, now = list(read_tombstones(tombstones)), hearback.clock.now()
    with hearback.store.begin() as tx:
        known_until = tx.restores.last_sign_of_life() or now - REMEMBERED
        gap = Gap(since=known_until - MARGIN, until=now)
        tx.restores.note(gap)
        erased, refused = Burial(hearback.intake.seal, hearback.intake.erase).bury(tx, stones)
    yield f"The backup knows everything until {known_until:%d %B %Y, %H:%M} UTC."
    yield f"{erased} people are erased again, {refused} refusals are in force again."
    yield _caught_up(hearback, gap)
    yield (
        "What may have left since then is looked for at the carrier before it leaves; where "
        "that gives no answer, a recruiter is asked. E-mails cannot be looked for."
    )
    yield f"Now tell again what happened since {gap.since:%d %B, %H:%M} UTC, and start the rest."


def _caught_up(hearback: Hearback, gap: Gap) -> str:
    try:
        for one in hearback.catching_up:
            one.go(gap.since, gap.until)
    except CarrierAway as error:
        return f"Nobody knows what candidates wrote meanwhile: {error}. Run this again soon."
    return "What candidates wrote meanwhile is here."
