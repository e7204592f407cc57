"""Who may be asked something: people of the team, known by their e-mail address."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.events import ColleagueReport
from bot.domain.model import Party, PersonId

if TYPE_CHECKING:
    from bot.store import Tx


def learn(tx: Tx, told: ColleagueReport, now: datetime) -> PersonId:
    """Note what was told about a colleague; silence keeps what was known.

    A number that belongs to somebody else stays theirs: this colleague is asked by e-mail.
    """
    person_id = _known(tx, told.email.lower(), now)
    if told.phone:
        tx.people.identify(person_id, "phone", told.phone)
    tx.people.update(person_id, name=told.name, language=told.language, time_zone=told.time_zone)
    for consent in told.consents:
        tx.people.record_consent(
            person_id,
            consent.channel,
            granted=True,
            source=consent.source,
            at=consent.at,
            text_version=consent.text_version,
        )
    return person_id


def _known(tx: Tx, email: str, now: datetime) -> PersonId:
    found = tx.people.known_as("colleague", email)
    if found is not None:
        return found
    user = tx.users.with_email(email)
    person_id = tx.people.add(now, name=user.name if user else "", party=Party.COLLEAGUE)
    mine = tx.people.identify(person_id, "colleague", email)
    return person_id if mine else _known(tx, email, now)
