"""Notes that colleagues leave in a conversation for each other. No candidate ever reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.errors import BadInput, Mistake, NotAllowed
from bot.domain.model import MAY_REPLY, ConversationId, User
from bot.domain.ports import Clock

if TYPE_CHECKING:
    from bot.store import Store

LONGEST = 4000
_MENTION = re.compile(r"(?<!\w)@([\w.+-]+)")


@dataclass(frozen=True)
class Noting:
    store: Store
    clock: Clock

    def note(self, conversation_id: ConversationId, user: User, text: str, *, once: str) -> None:
        """Leave a note; `once` makes a double click one. Who is mentioned in it gets a task.

        Raises BadInput, NotAllowed, NotFound.
        """
        if user.role not in MAY_REPLY:
            raise NotAllowed("Only who may reply may leave notes")
        said, now = text.strip(), self.clock.now()
        if not 0 < len(said) <= LONGEST:
            mend = f"write something, of up to {LONGEST:,} characters"
            raise BadInput([Mistake("note", f"has {len(said):,} characters", mend)])
        with self.store.begin() as tx:
            conversation = tx.conversations.find(conversation_id)
            if not tx.notes.add(conversation_id, user.id, said, now, once):
                return
            person = tx.people.find(conversation.person_id)
            colleagues = [one for one in tx.users.all() if one.id != user.id]
            for colleague in mentioned(said, colleagues):
                tx.tasks.open(
                    kind="note",
                    key=f"note:{once}:{colleague.id}",
                    what=f"{colleague.name}: {user.name} asks you something about {person.name}",
                    now=now,
                    person_id=person.id,
                )


def mentioned(text: str, users: Iterable[User]) -> list[User]:
    """Return whom a text names: `@dana`, by the first name or by what stands before the @ of the
    e-mail address. Two of one first name are both meant."""
    named = {one.rstrip(".").casefold() for one in _MENTION.findall(text)}
    return [user for user in users if named & {*_called(user)}]


def _called(user: User) -> Iterable[str]:
    yield user.email.partition("@")[0].casefold()
    yield from user.name.casefold().split()[:1]
