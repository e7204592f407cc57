"""Our own numbers: when the next message may leave by each, and whether it rests.

One row per number, shared by all processes and locked no longer than one statement takes:
call each of these in `Store.alone`, never while other rows are locked. Moments are seconds since
1970 of the clock that all processes share.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.pacing import FOR_EVER, Slot
from bot.domain.retrying import MENDING, OPENS_AFTER, PROBE, rest
from bot.store.schema import senders
from bot.store.sql import insert_once, prepared


class Senders:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def book(
        self, address: str, every: timedelta, now: datetime, *, within: timedelta = FOR_EVER
    ) -> Slot | None:
        """Take the number's next slot. Returns None while it rests, where the slot lies further
        ahead than `within`, and for a number that is new.

        After a rest one message tries alone: the others rest on until it is known what became
        of it.
        """
        asked = _booked(address, now.timestamp(), every.total_seconds(), within.total_seconds())
        row = self._connection.execute(*asked).first()
        if row is None:
            return None
        return Slot(wait=timedelta(seconds=row.wait), failures=row.failures)

    def line_up(self, address: str, every: timedelta, now: datetime) -> timedelta:
        """Return in how long it is a stage's turn to ask for a slot: behind all others that
        have lined up, and not before the number has rested."""
        asked = _in_line(address, now.timestamp(), every.total_seconds())
        return timedelta(seconds=self._connection.execute(*asked).scalar_one())

    def know(self, address: str) -> bool:
        """Add the number. Returns False where it is known."""
        return insert_once(self._connection, senders, address=address) is not None

    def rests(self, address: str, now: datetime) -> timedelta:
        """Return how long the number rests still; zero where it works."""
        query = sa.select(senders.c.rests_until).where(senders.c.address == address)
        until = self._connection.execute(query).scalar() or 0.0
        return timedelta(seconds=max(until - now.timestamp(), 0.0))

    # --- how it goes ------------------------------------------------------------------

    def failed(self, address: str, now: datetime, *, alone: bool, mending: bool) -> bool:
        """Note that nothing leaves by the number. Returns whether it has begun to rest.

        What was under way when a rest began does not make it longer; only the message that
        tried `alone` does. `mending`: somebody has to mend the account, so it rests at once.
        """
        c, at = senders.c, now.timestamp()
        more = c.failures + 1
        failures = _later(more, sa.literal(OPENS_AFTER)) if mending else more
        rests = sa.literal(MENDING.total_seconds()) if mending else _rest_after(more)
        statement = (
            sa.update(senders)
            .where(c.address == address, sa.true() if alone else c.rests_until <= at)
            .values(failures=failures, rests_until=at + rests)
            .returning(c.failures)
        )
        return self._connection.execute(statement).scalar() == OPENS_AFTER

    def works(self, address: str) -> bool:
        """Note that the carrier answered. Returns whether that is news."""
        c = senders.c
        statement = (
            sa.update(senders)
            .where(c.address == address, c.failures > 0)
            .values(failures=0, rests_until=0.0)
        )
        return self._connection.execute(statement).rowcount == 1


def _rest_after(failures: Any) -> sa.ColumnElement[float]:
    """The rest after so many failures, in seconds, as the database works it out."""
    lengths = {count: rest(count).total_seconds() for count in range(1, 2 * OPENS_AFTER)}
    return sa.case(lengths, value=failures, else_=rest(2 * OPENS_AFTER).total_seconds())


def _later(one: Any, other: Any) -> sa.ColumnElement[Any]:
    return sa.case((one > other, one), else_=other)


def _seconds(told: Any) -> Any:
    return sa.type_coerce(told, sa.Float(53))


# --- the statements of every message, made once -------------------------------------------


@prepared
def _booked(number: str, now: float, every: float, within: float) -> Any:
    c, at, gap = senders.c, _seconds(now), _seconds(every)
    probe = sa.case((c.failures >= OPENS_AFTER, at + PROBE.total_seconds()), else_=c.rests_until)
    return (
        sa.update(senders)
        .where(c.address == number, c.rests_until <= at, c.answers_at <= at + _seconds(within))
        .values(answers_at=_later(c.answers_at, at) + gap, rests_until=probe)
        .returning((c.answers_at - gap - at).label("wait"), c.failures)
    )


@prepared
def _in_line(number: str, now: float, every: float) -> Any:
    c, at, gap = senders.c, _seconds(now), _seconds(every)
    behind = _later(_later(c.stages_at, c.answers_at), _later(c.rests_until, at))
    return (
        sa.update(senders)
        .where(c.address == number)
        .values(stages_at=behind + gap)
        .returning(c.stages_at - gap - at)
    )
