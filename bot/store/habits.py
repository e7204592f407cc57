"""When people wrote: what their habits are learned from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.model import Direction, MessageId, Party, PersonId
from bot.store.schema import conversations, messages, people

MOST_OWN = 200
"""Messages of one person: their newest ones."""


@dataclass(frozen=True, kw_only=True)
class Wrote:
    """A candidate wrote something."""

    message_id: MessageId
    person_id: PersonId
    at: datetime
    time_zone: str
    """What we were told, or an empty string."""
    address: str


class Habits:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of_person(self, person_id: PersonId) -> list[Wrote]:
        """Return when this person wrote, the newest first."""
        query = (
            _wrote()
            .where(conversations.c.person_id == person_id)
            .order_by(messages.c.at.desc(), messages.c.id.desc())
            .limit(MOST_OWN)
        )
        return self._all(query)

    def between(self, first: MessageId, until: MessageId) -> list[Wrote]:
        """Return when candidates wrote, of the messages from `first` to before `until`."""
        query = (
            _wrote()
            .where(messages.c.id >= first, messages.c.id < until)
            .where(people.c.party == Party.CANDIDATE.value, people.c.erased_at.is_(None))
            .order_by(messages.c.id)
        )
        return self._all(query)

    def _all(self, query: sa.Select[Any]) -> list[Wrote]:
        return [Wrote(**row._mapping) for row in self._connection.execute(query)]


def _wrote() -> sa.Select[Any]:
    return (
        sa.select(
            messages.c.id.label("message_id"),
            conversations.c.person_id,
            messages.c.at,
            people.c.time_zone,
            conversations.c.address,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(people, people.c.id == conversations.c.person_id)
        .where(messages.c.direction == Direction.IN.value)
    )
