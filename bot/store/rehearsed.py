"""What left for candidates, in order: read by rehearsals."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.domain.model import Direction, Party, PersonId, State
from bot.store.schema import conversations, messages, people

_NEVER_LEFT = [State.PLANNED.value, State.READY.value, State.CANCELLED.value]


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    at: datetime
    person_id: PersonId
    name: str
    time_zone: str
    kind: str
    channel: str
    form: str
    state: str
    body: str
    reason: str
    last_inbound_at: datetime | None


def rehearsed(connection: sa.Connection) -> list[Rehearsed]:
    """Return every message to a candidate that left or was meant to have left by now."""
    m = messages.c
    at = sa.func.coalesce(m.left_at, m.due_at, type_=m.at.type).label("at_")
    query = (
        sa.select(messages, conversations, people, at)
        .join(conversations, conversations.c.id == m.conversation_id)
        .join(people, people.c.id == conversations.c.person_id)
        .where(m.direction == Direction.OUT.value, m.state.not_in(_NEVER_LEFT))
        .where(people.c.party == Party.CANDIDATE.value)
        .order_by(at, m.id)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    )
    return [
        Rehearsed(
            at=row.at_,
            person_id=PersonId(row.people_id),
            name=row.people_name,
            time_zone=row.people_time_zone,
            kind=row.messages_kind,
            channel=row.conversations_channel,
            form=row.messages_form,
            state=row.messages_state,
            body=row.messages_body,
            reason=row.messages_reason,
            last_inbound_at=row.conversations_last_inbound_at,
        )
        for row in connection.execute(query)
    ]
