"""Which conversations a recruiter wants to see, as conditions on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.domain.duties import DutyKind
from bot.domain.model import WAITING, Author, Channel, ConversationId, Party, ProcessStatus
from bot.store.pages.thread import shown
from bot.store.schema import (
    conversations,
    handoffs,
    identities,
    jobs,
    messages,
    people,
    processes,
    snoozes,
    tasks,
)
from bot.store.words import has_words, wanted

NEWEST = 2000
"""Messages with the words that are looked for; who said them in older ones is not found by them."""
DIGITS = 4
"""That many in a row are looked for in phone numbers."""


class Tab(StrEnum):
    MINE = "mine"
    """Conversations that I hold."""
    UNASSIGNED = "unassigned"
    """A person is needed and nobody has taken it."""
    ALL = "all"


class Standing(StrEnum):
    """Whose a conversation is."""

    PERSON = "person"
    """A person is needed, or holds it."""
    BOT = "bot"
    """The bot's, while an application is open."""
    SNOOZED = "snoozed"
    """Put off by the person who holds it."""
    DONE = "done"
    """Nobody's: no application is open any more."""


class Only(StrEnum):
    """What a team has to see to."""

    WAITING = "waiting"
    """A person owes an answer to what the candidate wrote last."""
    SILENCE = "silence"
    """The candidate is about to hear nothing for 72 hours."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is empty narrows nothing."""

    tab: Tab = Tab.ALL
    words: str = ""
    """As somebody typed them: of a name, a message, a job title; an address; a number's digits."""
    standing: Standing | None = None
    only: Only | None = None
    job: int = 0
    language: str = ""
    stage: str = ""
    """The kind of what is sent next."""
    party: Party = Party.CANDIDATE

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than its tab."""
        return self != Wanted(tab=self.tab, party=self.party)

    def conditions(self, now: datetime) -> list[sa.ColumnElement[bool]]:
        """Return what has to hold for a row of `conversations`."""
        return list(_conditions(self, now))


def current(table: sa.FromClause = conversations) -> sa.ColumnElement[bool]:
    """Whether a handoff of a row of `table` is open or taken, joined by its conversation."""
    here = handoffs.c.conversation_id == table.c.id
    return sa.and_(here, handoffs.c.released_at.is_(None))


def snoozed_until(now: datetime) -> sa.ScalarSelect[datetime]:
    """Until when a conversation is put off; nothing where it is not, or where the candidate has
    written since."""
    c = conversations.c
    return (
        sa.select(sa.func.max(snoozes.c.until, type_=snoozes.c.until.type))
        .where(snoozes.c.conversation_id == c.id, snoozes.c.until > now)
        .where(snoozes.c.ended_at.is_(None))
        .where(sa.or_(c.last_inbound_at.is_(None), c.last_inbound_at <= snoozes.c.at))
        .correlate(conversations)
        .scalar_subquery()
    )


def put_off(
    connection: sa.Connection, conversation_id: ConversationId, now: datetime
) -> datetime | None:
    """Return until when this conversation is snoozed."""
    query = sa.select(snoozed_until(now)).where(conversations.c.id == conversation_id)
    return connection.execute(query).scalar_one_or_none()


def _conditions(asked: Wanted, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    if wanted(asked.words):
        yield conversations.c.id.in_(_found(asked.words))
    if asked.standing is not None:
        yield _stands(asked.standing, now)
    if asked.only is not None:
        yield _needs(asked.only)
    if asked.job:
        yield _applied(processes.c.job_id == asked.job)
    if asked.language:
        yield _is(people.c.language == asked.language)
    if asked.stage:
        waiting = messages.c.state.in_([one.value for one in WAITING])
        yield _has_message(waiting, messages.c.kind == asked.stage)


def _found(words: str) -> sa.CompoundSelect[Any]:
    """The conversations in which words were said, or whose candidates are called so."""
    c, query = conversations.c, sa.literal(wanted(words))
    said = (
        sa.select(messages.c.conversation_id)
        .where(has_words(messages.c.body, query), shown())
        .order_by(messages.c.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    called = sa.select(people.c.id).where(has_words(people.c.name, query))
    applied = sa.select(processes.c.person_id).join(jobs).where(has_words(jobs.c.title, query))
    ways = [
        sa.select(said.c.conversation_id),
        sa.select(c.id).where(c.person_id.in_(called)),
        sa.select(c.id).where(c.person_id.in_(applied)),
    ]
    digits = "".join(filter(str.isdigit, words))
    if len(digits) >= DIGITS:
        ways.append(sa.select(c.id).where(c.address.contains(digits)))
    if "@" in words:
        email = sa.func.lower(identities.c.value) == words.strip().lower()
        theirs = sa.select(identities.c.person_id).where(identities.c.kind == Channel.EMAIL, email)
        ways.append(sa.select(c.id).where(c.person_id.in_(theirs)))
    return sa.union(*ways)


def _stands(standing: Standing, now: datetime) -> sa.ColumnElement[bool]:
    held = sa.exists().where(current())
    later = snoozed_until(now).is_not(None)
    open_ = _applied(processes.c.status == ProcessStatus.OPEN.value)
    return {
        Standing.PERSON: sa.and_(held, ~later),
        Standing.SNOOZED: sa.and_(held, later),
        Standing.BOT: sa.and_(~held, open_),
        Standing.DONE: sa.and_(~held, ~open_),
    }[standing]


def _needs(only: Only) -> sa.ColumnElement[bool]:
    c = conversations.c
    if only is Only.WAITING:
        held, theirs = sa.exists().where(current()), messages.c.author == Author.PERSON.value
        answered = _has_message(theirs, messages.c.at >= c.last_inbound_at)
        return sa.and_(held, c.last_inbound_at.is_not(None), ~answered)
    silent = tasks.c.dedupe_key.contains(f":{DutyKind.SILENCE.value}:")
    mine = tasks.c.person_id == c.person_id
    return sa.exists().where(mine, tasks.c.kind == "duty", tasks.c.done_at.is_(None), silent)


def _applied(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(processes.c.person_id == conversations.c.person_id, *conditions)


def _is(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    somebody = sa.select(people.c.id).where(condition)
    return conversations.c.person_id.in_(somebody)


def _has_message(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(messages.c.conversation_id == conversations.c.id, *conditions)
