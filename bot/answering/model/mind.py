"""A language model behind an OpenAI-compatible server, asked by langchain.

It keeps nothing: no checkpoints, no cache, no traces. Each turn is rebuilt from the question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog
from langchain.agents import create_agent
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain.agents.middleware.tool_call_limit import ToolCallLimitExceededError
from langchain.agents.structured_output import StructuredOutputError, ToolStrategy
from langchain_core import exceptions as core
from langchain_core.tools import BaseTool
from langchain_openai import ChatOpenAI
from langsmith import tracing_context
from pydantic import SecretStr

from bot.answering.model import guard
from bot.answering.model.draft import Answer, Draft, NoAnswer
from bot.answering.model.prompt import document, fingerprint, system
from bot.answering.model.tools import Search, reading, wishes
from bot.answering.model.wire import client
from bot.domain.ports import Flows

log = structlog.get_logger()

OPENAI = "https://api.openai.com/v1"
PATIENCE = 12.0
"""Seconds that one call may take."""
LONGEST_ANSWER = 500
"""Tokens."""
MOST_STEPS = 100
MEND = "That cannot be sent. {objections}\nSay it again without that, from the facts alone."

OUTAGES: Sequence[tuple[type[Exception], str]] = (
    (core.ModelTimeoutError, "the model did not answer in time"),
    (core.ModelConnectionError, "the model server cannot be reached"),
    (core.ModelAuthenticationError, "the model server refuses our key"),
    (core.ModelPermissionDeniedError, "the model server refuses our key"),
    (core.ModelNotFoundError, "the model server does not know the model"),
    (core.ModelRateLimitError, "the model server has no room for us"),
    (core.ModelAPIError, "the model server is broken"),
)
MISTAKES: Sequence[tuple[type[Exception], str]] = (
    (ModelCallLimitExceededError, "the model went round in circles"),
    (ToolCallLimitExceededError, "the model went round in circles"),
    (StructuredOutputError, "the model's answer could not be read"),
    (core.ModelError, "the model server refuses what it was asked"),
)


def connect(*, name: str, base_url: str, key: str, seconds: float) -> ChatOpenAI:
    """Return the way to a model; nothing is asked yet. Servers of one's own need no key."""
    patience = min(PATIENCE, seconds)
    return ChatOpenAI(
        model=name,
        base_url=base_url or OPENAI,
        api_key=SecretStr(key or "none"),
        http_client=client(patience),
        timeout=patience,
        max_retries=0,
        max_completion_tokens=LONGEST_ANSWER,
        store=False,
        use_responses_api=False,
        cache=False,
    )


def ask_once(model: ChatOpenAI) -> str:
    """Ask for a word, as a tool has to be called; return what is wrong, or nothing."""
    try:
        with tracing_context(enabled=False):
            said = model.bind_tools([Answer], tool_choice="any").invoke("Say hello.")
    except Exception as error:
        return failure(error).why
    return "" if said.tool_calls else "the model does not call tools; choose one that does"


@dataclass(frozen=True, kw_only=True)
class LangchainMind:
    """Implements `Mind`."""

    model: ChatOpenAI
    prompt: str
    company: str
    flows: Flows
    search: Search | None = None

    @property
    def name(self) -> str:
        return self.model.model_name

    @property
    def source(self) -> str:
        return f"model:{self.name}:{fingerprint(self.prompt)}"

    def think(self, draft: Draft) -> Answer:
        return _asked(self._thinking, draft, [document(draft.question, draft.language)])

    def mend(self, draft: Draft, answer: Answer, objections: Sequence[str]) -> Answer:
        read = [f"{one.title}\n{one.text}" for one in draft.passages]
        told = [document(draft.question, draft.language), *read, answer.model_dump_json()]
        return _asked(self._mending, draft, [*told, MEND.format(objections="; ".join(objections))])

    @cached_property
    def _thinking(self) -> Any:
        wished = wishes(self.flows)
        tools = [*wished, *([reading(self.search)] if self.search else [])]
        return self._agent(tools, guard.limits(wished))

    @cached_property
    def _mending(self) -> Any:
        return self._agent([], guard.mending())

    def _agent(self, tools: Sequence[BaseTool], middleware: Sequence[Any]) -> Any:
        return create_agent(
            self.model,
            tools,
            system_prompt=system(self.prompt, self.company),
            middleware=middleware,
            response_format=ToolStrategy(Answer, handle_errors=False),
            context_schema=Draft,
        )


def _asked(agent: Any, draft: Draft, told: Sequence[str]) -> Answer:
    """Raises NoAnswer for everything that can go wrong outside this house."""
    messages = [{"role": "user", "content": "\n\n".join(told)}]
    try:
        with tracing_context(enabled=False):
            state = agent.invoke(
                {"messages": messages}, {"recursion_limit": MOST_STEPS}, context=draft
            )
    except NoAnswer:
        raise
    except Exception as error:  # servers answer anything at all, and libraries fall over it
        log.warning("model_failed", error=type(error).__name__)
        raise failure(error) from error
    answer = state.get("structured_response")
    if not isinstance(answer, Answer):
        raise NoAnswer("the model said nothing")
    return answer


def failure(error: Exception) -> NoAnswer:
    """Say what an error is, and nothing of what it says."""
    for kind, why in OUTAGES:
        if isinstance(error, kind):
            return NoAnswer(why, outage=True)
    for kind, why in MISTAKES:
        if isinstance(error, kind):
            return NoAnswer(why)
    return NoAnswer("the model's answer could not be read", outage=True)
