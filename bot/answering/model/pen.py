"""The model of the settings as one that words texts: a single call, with structured output."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI
from langsmith import tracing_context

from bot.answering.model.draft import Bill, NoAnswer
from bot.answering.model.guard import LETTERS_A_TOKEN, check
from bot.answering.model.mind import failure
from bot.answering.model.prompt import fingerprint, system
from bot.answering.model.rewording import Worded

log = structlog.get_logger()

OF_SCHEMA = 150
"""Tokens that the description of the answer takes, about."""


@dataclass(frozen=True, kw_only=True)
class LangchainPen:
    """Implements `Pen`."""

    model: ChatOpenAI
    prompt: str
    company: str

    @property
    def name(self) -> str:
        return self.model.model_name

    @property
    def source(self) -> str:
        return f"model:{self.name}:{fingerprint(self.prompt)}"

    def write(self, told: Sequence[str], bill: Bill) -> Worded:
        asked = "\n\n".join(told)
        expected = (len(self._system) + len(asked)) // LETTERS_A_TOKEN + OF_SCHEMA
        bill.asks(expected)
        said = self._ask([("system", self._system), ("user", asked)])
        message = said["raw"]
        if isinstance(message, AIMessage):
            used = message.usage_metadata
            bill.tokens += max(used["total_tokens"], 0) - expected if used else 0
            check(message)
        if not isinstance(said["parsed"], Worded):
            raise NoAnswer("the model's answer could not be read")
        return said["parsed"]

    def _ask(self, messages: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        """Raises NoAnswer for everything that can go wrong outside this house."""
        try:
            with tracing_context(enabled=False):
                said: Mapping[str, Any] = self._structured.invoke(messages)
        except Exception as error:  # servers answer anything at all, and libraries fall over it
            log.warning("model_failed", error=type(error).__name__)
            raise failure(error) from error
        return said

    @property
    def _system(self) -> str:
        return system(self.prompt, self.company)

    @cached_property
    def _structured(self) -> Any:
        """With what came in raw beside it: answers that do not fit raise nothing."""
        return self.model.with_structured_output(
            Worded, method="function_calling", include_raw=True
        )
