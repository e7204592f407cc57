"""An appointment that we arranged, as everybody's calendar takes it in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.booking import INVITATION, NOTICE, Booking, BookingState, booking_of, key_of
from bot.domain.candidacy import Candidacy
from bot.domain.errors import NotFound
from bot.domain.events import ColleagueReport
from bot.domain.facts import DayHour, Fact, Facts, facts_hash
from bot.domain.ics import Entry, Method, calendar
from bot.domain.links import APPOINTMENT, Links
from bot.domain.model import Author, Channel, Conversation, Message, MessageId
from bot.domain.ports import Wording, Words
from bot.outreach.batches import Batches
from bot.outreach.colleagues import learn
from bot.outreach.phrasing import Phrasing

if TYPE_CHECKING:
    from bot.store import Store, Tx

_METHODS: Mapping[BookingState, Method] = {
    BookingState.CONFIRMED: Method.PUBLISH,
    BookingState.RELEASED: Method.CANCEL,
}
"""What has never stood is in nobody's calendar."""


@dataclass(frozen=True)
class Appointments:
    store: Store
    words: Words
    batches: Batches
    links: Links
    """Addresses begin and calendars sign with our own."""

    @property
    def phrasing(self) -> Phrasing:
        return self.batches.phrasing

    # --- files ------------------------------------------------------------------------------

    def behind(self, token: str) -> str:
        """Return the calendar file that a link leads to, as the appointment stands now. Raises
        NotFound, StoreDown."""
        number = re.match(r"[0-9]{1,18}(?=\.)", token)
        with self.store.read() as tx:
            row = tx.messages.find(MessageId(int(number[0]))) if number else None
            if (
                row is None
                or row.kind != NOTICE
                or not self.links.came_with(APPOINTMENT, token, row)
            ):
                raise NotFound("There is nothing behind this link")
            return self._of_candidate(tx, row)[-1]

    def attached(self, tx: Tx, row: Message) -> tuple[str, ...]:
        """Return the calendar files that an e-mail brings."""
        try:
            if row.kind == NOTICE:
                return self._of_candidate(tx, row)
            return (self._of_host(tx, row),) if row.kind == INVITATION else ()
        except NotFound:
            return ()

    def _of_candidate(self, tx: Tx, row: Message) -> tuple[str, ...]:
        """What we had put into their calendar before is taken out first."""
        booking = tx.bookings.find(booking_of(row.key))
        candidacy = self._candidacy(tx, booking)
        facts = {"company": candidacy.company.name, "role": candidacy.job.title}
        known = {name: fact for name, fact in facts.items() if fact}
        title = self.words.reply("calendar_title", candidacy.language, known).text
        entries = [*tx.bookings.replaced_by(booking), booking]
        return tuple(self._file(one, title) for one in entries)

    def _of_host(self, tx: Tx, row: Message) -> str:
        booking = tx.bookings.find(booking_of(row.key))
        person = tx.people.find(tx.conversations.find(row.conversation_id).person_id)
        facts = self._of_wish(self._candidacy(tx, booking))
        title = self.phrasing.words.text("calendar_title", self.phrasing.language(person), facts)
        return self._file(booking, title.text)

    def _candidacy(self, tx: Tx, booking: Booking) -> Candidacy:
        found = self.phrasing.candidacies.find(tx, booking.process_id)
        if found is None:
            raise NotFound("Nobody is left whose appointment this is")
        return found

    def _file(self, booking: Booking, title: str) -> str:
        method = _METHODS.get(booking.state)
        if method is None:
            raise NotFound("There is no such appointment")
        return calendar(
            Entry(
                method=method,
                uid=self._uid(booking),
                sequence=int(method is Method.CANCEL),
                stamp=booking.settled_at or booking.requested_at,
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
                title=title,
                place=booking.slot.place,
                url=booking.slot.meeting_link,
                organizer=self._organizer,
            )
        )

    def _uid(self, booking: Booking) -> str:
        seal = self.links.seal("booking", f"{booking.id} {booking.requested_at.isoformat()}")
        host = self.links.base.partition("://")[2].partition(":")[0]
        return f"{seal}@{host}"

    @property
    def _organizer(self) -> str:
        sender = self.batches.email_sender
        return f"mailto:{sender}" if sender else self.links.base

    # --- words ------------------------------------------------------------------------------

    def worded(self, key: str, language: str, facts: Facts, talk: Conversation) -> Wording:
        """Word what is told to a candidate; an e-mail has a subject and a signature, and brings
        the calendar file along."""
        if talk.channel is not Channel.EMAIL:
            return self.words.reply(key, language, facts)
        known = {name: fact for name, fact in facts.items() if name != "calendar_link"}
        known["unsubscribe_link"] = self.links.unsubscribe
        text = self.words.reply(key, language, known)
        subject = self.words.reply("booking_subject", language, known).text
        signature = self.words.reply("email_signature", language, known).text
        return replace(text, text=f"{text.text}\n\n-- \n{signature}", subject=subject)

    # --- those who interview ----------------------------------------------------------------

    def tell_hosts(
        self, tx: Tx, candidacy: Candidacy, booking: Booking, state: BookingState, now: datetime
    ) -> None:
        """Send everybody who interviews then what goes into, or out of, their calendar."""
        for email in booking.slot.emails if self.batches.email_sender else ():
            person = tx.people.find(learn(tx, ColleagueReport(email=email), now))
            talk = self.batches.letterbox(tx, person)
            if not talk.sender:
                continue
            zone, language = self.phrasing.hours(person).zone, self.phrasing.language(person)
            slot = DayHour(booking.starts_at.astimezone(zone))
            facts = {**self._of_wish(candidacy), "slot": slot}
            text = self.phrasing.words.text(f"calendar_{state}", language, facts)
            subject = self.phrasing.words.text(f"calendar_subject_{state}", language, facts).text
            self._put(tx, talk, replace(text, subject=subject), booking, state, now)

    def _put(
        self,
        tx: Tx,
        talk: Conversation,
        wording: Wording,
        booking: Booking,
        state: BookingState,
        now: datetime,
    ) -> None:
        number = tx.messages.add(
            talk,
            author=Author.BOT,
            kind=INVITATION,
            key=key_of(booking.id, INVITATION, state, talk.person_id),
            word_at=now,
            due_at=now,
            reason=f"an interview of theirs is {state}",
        )
        row = tx.messages.find(number) if number is not None else None
        if row is not None:
            tx.messages.worded(row, wording, facts_hash({"booking": booking.id, "state": state}))
        tx.conversations.reset_alarm(talk.id, now)

    def _of_wish(self, candidacy: Candidacy) -> dict[str, Fact]:
        """Of the candidate, the first name and the role: as in every question."""
        facts = {"candidate": candidacy.person.first_name, "role": candidacy.job.title}
        return {name: fact for name, fact in facts.items() if fact}
