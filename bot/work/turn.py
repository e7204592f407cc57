"""One turn of one conversation: take the lease, read, answer, send, give the lease back."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.domain.errors import LeaseLost, StoreDown
from bot.domain.failpoints import fp
from bot.domain.model import Conversation, ConversationId, State
from bot.domain.ports import Clock

if TYPE_CHECKING:
    from bot.store import Store, Tx

log = structlog.get_logger()

LONGEST_TURN = 120.0
"""Seconds after which a turn is taken for dead and its lease is no longer extended."""
MOST_FAILURES = 5
"""So many broken turns in a row set aside what the candidate wrote, and call a person."""
MOST_ROUNDS = 20
"""So often a turn starts over for what came in meanwhile, before it lets others go first."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
PATIENCE = 10.0
"""Seconds to wait for a database that is away, so that no lease has to run out for it."""


class Step(Protocol):
    def __call__(self, conversation: Conversation, token: str, /) -> None: ...


@dataclass
class HeldLeases:
    """The leases that live turns of this process hold, and since when."""

    _since: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, token: str) -> None:
        with self._lock:
            self._since[token] = time.monotonic()

    def drop(self, token: str) -> None:
        with self._lock:
            self._since.pop(token, None)

    def living(self) -> list[str]:
        """Return the tokens of turns that are not taken for dead."""
        oldest = time.monotonic() - LONGEST_TURN
        with self._lock:
            return [token for token, since in self._since.items() if since > oldest]


@dataclass(frozen=True)
class Turn:
    store: Store
    clock: Clock
    steps: tuple[Step, ...]
    """What a turn does, in order: answer what came in, then send what is due."""
    held: HeldLeases = field(default_factory=HeldLeases)
    new_token: Callable[[], str] = lambda: uuid.uuid4().hex

    def __call__(self, conversation_id: ConversationId) -> bool:
        """Work through one conversation. Returns False where somebody else is at it.

        Whatever goes wrong is recorded on the conversation, which is tried again later.
        """
        token = self.new_token()
        try:
            with self.store.begin() as tx:
                if not tx.conversations.take_lease(conversation_id, token):
                    return False
            self.held.add(token)
            self._work(conversation_id, token)
        except LeaseLost:
            log.info("turn_overtaken", conversation=conversation_id)
        except StoreDown:
            log.warning("store_down", conversation=conversation_id)
            self._give_back(conversation_id, token)
        except Exception:
            log.exception("turn_failed", conversation=conversation_id)
            self._note_failure(conversation_id, token)
        finally:
            self.held.drop(token)
        return True

    def _work(self, conversation_id: ConversationId, token: str) -> None:
        fp("turn.claimed")
        for _ in range(MOST_ROUNDS):
            with self.store.read() as tx:
                conversation = tx.conversations.find(conversation_id)
            for step in self.steps:
                step(conversation, token)
            fp("turn.done")
            with self.store.begin() as tx:
                rings = tx.conversations.release_lease(conversation_id, token, self.clock.now())
                if not rings or not tx.conversations.take_lease(conversation_id, token):
                    return
        self._give_back(conversation_id, token)

    def _give_back(self, conversation_id: ConversationId, token: str) -> None:
        """Let somebody else begin again, as soon as there is a database."""

        def release(tx: Tx) -> None:
            tx.conversations.release_lease(conversation_id, token, self.clock.now())

        with contextlib.suppress(LeaseLost, StoreDown):  # else it runs out
            self.store.doing(release, patience=PATIENCE)

    def _note_failure(self, conversation_id: ConversationId, token: str) -> None:
        """Try again later, and later each time; before long a person is called."""

        def note(tx: Tx) -> None:
            failures = tx.conversations.note_failure(conversation_id, token)
            if failures >= MOST_FAILURES:
                self._park(tx, conversation_id)
            if failures:
                tx.conversations.put_off(conversation_id, self.clock.now() + pause(failures))

        with contextlib.suppress(StoreDown):  # else the lease runs out
            self.store.doing(note, patience=PATIENCE)

    def _park(self, tx: Tx, conversation_id: ConversationId) -> None:
        """Let a person read what the bot cannot. One task, until something changes."""
        unread = tx.messages.unread(conversation_id)
        tx.messages.handled([message.id for message in unread], State.DEAD)
        conversation = tx.conversations.find(conversation_id)
        person = tx.people.find(conversation.person_id)
        tx.tasks.open(
            kind="dead_letter",
            key=f"dead:{conversation_id}:{conversation.seq}",
            what=f"The bot got stuck in the conversation with {person.name or 'somebody'}: "
            "read it, and answer yourself",
            now=self.clock.now(),
            person_id=person.id,
        )


def pause(failures: int) -> timedelta:
    """Return how long to wait after so many broken turns in a row."""
    return min(FIRST_PAUSE * 2.0 ** (failures - 1), LONGEST_PAUSE)
