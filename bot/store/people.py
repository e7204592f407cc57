"""People, the identities they are known by, and what they agreed to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.errors import NotFound
from bot.domain.manner import Length, Preference, Tone
from bot.domain.model import Channel, Consent, Party, Person, PersonId, Topic, consented
from bot.store.schema import consents, conversations, identities, people, processes
from bot.store.sql import add, insert_once, prepared


class People:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, person_id: PersonId) -> Person:
        row = self._connection.execute(*_one(person_id)).first()
        if row is None:
            raise NotFound(f"There is no person {person_id}")
        return Person(
            id=PersonId(row.id),
            name=row.name,
            language=row.language,
            time_zone=row.time_zone,
            preferred_channel=row.preferred_channel,
            party=Party(row.party),
            wish=_wish(row),
        )

    def known_as(self, kind: str, value: str) -> PersonId | None:
        query = sa.select(identities.c.person_id).where(
            identities.c.kind == kind, identities.c.value == value
        )
        found = self._connection.execute(query).scalar()
        return PersonId(found) if found is not None else None

    def identity(self, person_id: PersonId, kind: str) -> str:
        """Return the newest identity of this kind, or an empty string."""
        return self._connection.execute(*_newest_identity(person_id, kind)).scalar() or ""

    def identities(self, person_id: PersonId) -> list[tuple[str, str]]:
        """Return every identity of a person: its kind, and itself."""
        query = sa.select(identities.c.kind, identities.c.value)
        rows = self._connection.execute(query.where(identities.c.person_id == person_id))
        return [(row.kind, row.value) for row in rows]

    def add(self, now: datetime, name: str = "", *, party: Party = Party.CANDIDATE) -> PersonId:
        values = {"name": name, "party": party.value, "created_at": now}
        return PersonId(add(self._connection, people, **values))

    def identify(self, person_id: PersonId, kind: str, value: str) -> bool:
        """Note an identity. Returns False where it already belongs to somebody else."""
        insert_once(
            self._connection,
            identities,
            person_id=person_id,
            kind=kind,
            value=value,
        )
        return self.known_as(kind, value) == person_id

    def update(self, person_id: PersonId, **told: str) -> None:
        """Set name, language, time_zone, preferred_channel, tone or length, where something was
        told."""
        values = {name: value for name, value in told.items() if value}
        if values:
            self._connection.execute(
                sa.update(people).where(people.c.id == person_id).values(**values)
            )

    # --- consent --------------------------------------------------------------------

    def record_consent(
        self,
        person_id: PersonId,
        to: Channel | Topic,
        *,
        granted: bool,
        source: str,
        at: datetime,
        text_version: str = "",
    ) -> bool:
        """Add a line to the ledger; the same line twice is one. Returns whether it is new."""
        row = insert_once(
            self._connection,
            consents,
            person_id=person_id,
            channel=to.value,
            granted=granted,
            source=source,
            text_version=text_version,
            at=at,
        )
        return row is not None

    def consent(self, person_id: PersonId, to: Channel | Topic) -> Consent:
        """Return where the ledger stands. At the same moment, a refusal weighs more."""
        newest = self._connection.execute(*_newest_consent(person_id, to.value)).scalar()
        return Consent(granted=newest is True, revoked=newest is False)

    def wants_news_only(self, person_id: PersonId) -> bool:
        return self.consent(person_id, Topic.UPDATES).revoked

    def ledger(self, person_id: PersonId, to: Channel | Topic) -> list[tuple[datetime, bool]]:
        """Return when the person agreed to something (True) or refused it (False)."""
        c = consents.c
        query = sa.select(c.at, c.granted).where(c.person_id == person_id, c.channel == to.value)
        told = self._connection.execute(query.order_by(c.at, c.granted.desc()))
        return [(row.at, row.granted) for row in told]

    # --- one person, two records ------------------------------------------------------

    def merge(self, gone: PersonId, into: PersonId, now: datetime) -> None:
        """Move everything of `gone` to `into`. An opt-out of either stays an opt-out."""
        wish = self.find(into).wish.over(self.find(gone).wish)
        self.update(into, tone=wish.tone or "", length=wish.length or "")
        refused = [one for one in (*Channel, *Topic) if self.consent(gone, one).revoked]
        for table in (identities, processes, conversations):
            self._connection.execute(
                sa.update(table).where(table.c.person_id == gone).values(person_id=into)
            )
        self._copy_ledger(gone, into)
        for one in refused:
            self.record_consent(into, one, granted=False, source="merge", at=now)

    def _copy_ledger(self, gone: PersonId, into: PersonId) -> None:
        query = sa.select(consents).where(consents.c.person_id == gone)
        for row in self._connection.execute(query).all():
            self.record_consent(
                into,
                consented(row.channel),
                granted=row.granted,
                source=row.source,
                at=row.at,
                text_version=row.text_version,
            )

    def forget(self, person_id: PersonId, now: datetime) -> None:
        """Blank what identifies the person; the row stays, so that counts stay true."""
        self._connection.execute(
            sa.update(people)
            .where(people.c.id == person_id)
            .values(name="", language="", time_zone="", tone="", length="", erased_at=now)
        )
        self._connection.execute(sa.delete(identities).where(identities.c.person_id == person_id))
        conversation_ids = self._connection.execute(
            sa.select(conversations.c.id).where(conversations.c.person_id == person_id)
        ).scalars()
        self._blank_addresses(list(conversation_ids))

    def _blank_addresses(self, ids: Sequence[int]) -> None:
        for one in ids:
            self._connection.execute(
                sa.update(conversations)
                .where(conversations.c.id == one)
                .values(address=f"erased:{one}", slots={})
            )


def _wish(row: Any) -> Preference:
    return Preference(
        tone=Tone(row.tone) if row.tone else None,
        length=Length(row.length) if row.length else None,
    )


# --- the statements of every message, made once -------------------------------------------


@prepared
def _one(of: PersonId) -> sa.Select[Any]:
    return sa.select(people).where(people.c.id == of)


@prepared
def _newest_identity(of: PersonId, kind: str) -> sa.Select[tuple[str]]:
    c = identities.c
    query = sa.select(c.value).where(c.person_id == of, c.kind == kind)
    return query.order_by(c.id.desc()).limit(1)


@prepared
def _newest_consent(of: PersonId, to: str) -> sa.Select[tuple[bool]]:
    c = consents.c
    query = sa.select(c.granted).where(c.person_id == of, c.channel == to)
    return query.order_by(c.at.desc(), c.granted, c.id.desc()).limit(1)
