"""What asking a model takes, whatever for: tokens, a server that does not rest, and patience."""

from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.answering.model.breaker import Breaker
from bot.answering.model.draft import Bill, NoAnswer
from bot.domain.model import PersonId

Thought = TypeVar("Thought")


class Budget(Protocol):
    def allows(self, person_id: PersonId) -> bool: ...

    def spend(self, person_id: PersonId, tokens: int) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Means:
    budget: Budget
    breaker: Breaker
    threads: Executor
    seconds: float
    """The longest that anybody waits for the model."""

    def refused(self, person_id: PersonId) -> str:
        """Return why the model is not to be asked for this person; empty where it may be."""
        if not self.budget.allows(person_id):
            return "today's tokens for the model are used up"
        return "" if self.breaker.allows() else "the model rests after several failures"

    def in_time(self, person_id: PersonId, bill: Bill, think: Callable[[], Thought]) -> Thought:
        """Return what comes of thinking, or raise NoAnswer. What was spent is noted either way."""
        outage = False
        try:
            return self.threads.submit(think).result(self.seconds)
        except TooLate:
            outage = True
            raise NoAnswer("the model did not answer in time") from None
        except NoAnswer as failure:
            outage = failure.outage
            raise
        finally:
            bill.closed = True
            self.breaker.note(outage=outage)
            self.budget.spend(person_id, bill.tokens)
