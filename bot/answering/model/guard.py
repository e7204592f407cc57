"""What stands around every call to the model: limits, and a look at what came back."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ModelRetryMiddleware,
    ToolCallLimitMiddleware,
    ToolErrorMiddleware,
)
from langchain_core.exceptions import ModelError, ModelTimeoutError
from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool

from bot.answering.model.draft import Answer, Draft, NoAnswer

MOST_THOUGHTS, MOST_MENDING = 5, 1
"""Calls to the model in one turn: six, all together."""
MOST_TOOLS = 8
LETTERS_A_TOKEN = 3
OF_TOOLS = 700
"""Tokens that the description of the tools takes, about."""


def limits(wishes: Sequence[BaseTool]) -> list[AgentMiddleware[Any, Any, Any]]:
    """Every wish is heard once; a ninth call of tools ends the turn."""
    once = [ToolCallLimitMiddleware(tool_name=one.name, run_limit=1) for one in wishes]
    most = ToolCallLimitMiddleware(run_limit=MOST_TOOLS, exit_behavior="error")
    calls = ModelCallLimitMiddleware(run_limit=MOST_THOUGHTS, exit_behavior="error")
    return [calls, most, *once, ToolErrorMiddleware(_told), *patience()]


def mending() -> list[AgentMiddleware[Any, Any, Any]]:
    calls = ModelCallLimitMiddleware(run_limit=MOST_MENDING, exit_behavior="error")
    return [calls, *patience()]


def patience() -> list[AgentMiddleware[Any, Any, Any]]:
    """Ask a second time where that may help at once; each time is looked at."""
    again = ModelRetryMiddleware(
        max_retries=1, retry_on=_may_pass, on_failure="error", initial_delay=0.3
    )
    return [again, Guard()]


def _may_pass(error: Exception) -> bool:
    slow = isinstance(error, ModelTimeoutError)
    return isinstance(error, ModelError) and error.is_retryable and not slow


def _told(error: Exception, request: object) -> str:
    """The model never reads what an error says."""
    return "This tool does not work at the moment. Answer without it."


class Guard(AgentMiddleware[Any, Draft, Answer]):
    """Counts what a call costs, before it is made and again once that is known."""

    def wrap_model_call(
        self,
        request: ModelRequest[Draft],
        handler: Callable[[ModelRequest[Draft]], ModelResponse[Answer]],
    ) -> ModelResponse[Answer]:
        draft, expected = request.runtime.context, _size(request)
        draft.asks(expected)
        settings = {**request.model_settings, "parallel_tool_calls": False}
        response = handler(request.override(model_settings=settings))
        message = next(one for one in response.result if isinstance(one, AIMessage))
        used = message.usage_metadata
        draft.tokens += max(used["total_tokens"], 0) - expected if used else 0
        check(message)
        return response


def _size(request: ModelRequest[Draft]) -> int:
    said = [request.system_prompt or "", *(str(one.content) for one in request.messages)]
    return sum(map(len, said)) // LETTERS_A_TOKEN + OF_TOOLS


def check(message: AIMessage) -> None:
    """Raises NoAnswer where a message is no whole answer."""
    if message.response_metadata.get("finish_reason") == "length":
        raise NoAnswer("the model's answer was cut off")
    if message.additional_kwargs.get("refusal"):
        raise NoAnswer("the model refused to answer")
    if message.invalid_tool_calls:
        raise NoAnswer("the model's answer could not be read")
