"""What a model may wish for. A tool reads the question, or notes a wish into the draft.

None takes the number of a conversation, a process or a person: there is only the one that the
draft is about.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, tool

from bot.answering.model.draft import Draft, Passage
from bot.answering.model.prompt import clean
from bot.answering.offline import HANDOFFS, MOVING
from bot.domain.manner import Length, Preference, Tone
from bot.domain.ports import Decision, Flows, Question

Search = Callable[[str, Question], Sequence[Passage]]
Turn = ToolRuntime[Any]
"""Its context is the draft; langchain keeps it from the model."""
REASONS = (*HANDOFFS, "unknown")
if TYPE_CHECKING:
    Reason = str
else:
    Reason = Literal[REASONS]
MOST_PASSAGES = 4
LONGEST_PASSAGE = 1500
NOTED = "Noted. It is said to the candidate after this turn; do not announce it yourself."


def wishes(flows: Flows) -> list[BaseTool]:
    """Return the tools that wish; each is heard once in a turn."""
    return [open_handoff, note_withdrawal, set_preferences, _survey(flows), *_moving(flows)]


@tool
def open_handoff(reason: Reason, runtime: Turn) -> str:
    """Ask a person of the team to answer, where the facts do not or only a person may."""
    _draft(runtime).handoff = reason
    return NOTED


@tool
def note_withdrawal(runtime: Turn) -> str:
    """Note that the candidate wants to withdraw. A person confirms it with them."""
    _draft(runtime).handoff = "withdraw"
    return NOTED


@tool
def set_preferences(
    runtime: Turn,
    email: bool = False,
    length: Literal["short", "full"] | None = None,
    tone: Literal["formal", "warm"] | None = None,
) -> str:
    """Note how the candidate wants to be written to, all of it at once: by `email` instead of
    WhatsApp; in `short` or again `full` messages; `formal` (usted) or `warm` (tú, você)."""
    draft = _draft(runtime)
    draft.email = email
    draft.wish = Preference(
        tone=Tone(tone) if tone else None, length=Length(length) if length else None
    )
    return NOTED


def _survey(flows: Flows) -> BaseTool:
    @tool
    def record_survey(quote: str, runtime: Turn) -> str:
        """Note the survey's score, where it stands within a longer message. `quote` are the
        candidate's own words that give the number, letter by letter."""
        draft = _draft(runtime)
        question = draft.question
        if question.conversation.flow != "survey" or clean(quote) not in clean(question.text):
            return "There is no survey to answer, or the candidate did not write that."
        taken = flows.run("survey", _quoted(question, quote))
        if taken is None or taken.survey is None or taken.survey.score is None:
            return "These words hold no score from 0 to 10."
        draft.survey = taken
        return NOTED

    return record_survey


def _moving(flows: Flows) -> list[BaseTool]:
    @tool
    def propose_slots(quote: str, runtime: Turn) -> str:
        """Offer free times for another hour of the interview. `quote` are the candidate's own
        words about when they can, letter by letter. Nothing is booked."""
        draft = _draft(runtime)
        taken = _moved(flows, draft, quote)
        if taken is None:
            return "There is no interview that could be moved, or no time to offer."
        if taken.books is not None:
            return "These words choose a time: ask for it with ask_for_slot."
        draft.moved = taken
        return NOTED

    @tool
    def ask_for_slot(quote: str, runtime: Turn) -> str:
        """Ask for one of the times that were offered. `quote` are the candidate's own words that
        choose it, letter by letter. It stands only once somebody has confirmed it."""
        draft = _draft(runtime)
        taken = _moved(flows, draft, quote) if draft.question.conversation.flow == MOVING else None
        if taken is None or taken.books is None:
            return "These words choose none of the times that were offered."
        draft.moved = taken
        return NOTED

    return [propose_slots, ask_for_slot]


def _moved(flows: Flows, draft: Draft, quote: str) -> Decision | None:
    """Run the script on what the candidate really wrote."""
    question = draft.question
    if clean(quote) not in clean(question.text):
        return None
    return flows.run(MOVING, replace(_quoted(question, quote), language=draft.language))


def _quoted(question: Question, quote: str) -> Question:
    return replace(question, text=quote)


def reading(search: Search) -> BaseTool:
    @tool
    def search_knowledge(query: str, runtime: Turn) -> str:
        """Search what the team wrote about the company, the role and the process."""
        draft = _draft(runtime)
        passages = search(query, draft.question)[:MOST_PASSAGES]
        draft.found(passages)
        found = [f"{one.title}\n{one.text[:LONGEST_PASSAGE]}" for one in passages]
        return "\n\n".join(found) or "Nothing is written about that."

    return search_knowledge


def _draft(runtime: Turn) -> Draft:
    draft: Draft = runtime.context
    return draft
