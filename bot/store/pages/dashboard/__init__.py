"""What a team sees of its own work: how far messages came, what candidates say, what was kept."""

from bot.store.pages.dashboard.funnel import MOST, By, Flow, Sent, Step, behind, funnel
from bot.store.pages.dashboard.scope import Choices, Scope, choices, titles
from bot.store.pages.dashboard.trust import (
    OFFERS,
    Cause,
    Decided,
    Kept,
    Needed,
    decisions,
    failures,
    offers,
    people_needed,
    promises_kept,
)
from bot.store.pages.dashboard.voices import (
    Comment,
    answer_times,
    comments,
    scores,
    writing_hours,
)

__all__ = [
    "MOST",
    "OFFERS",
    "By",
    "Cause",
    "Choices",
    "Comment",
    "Decided",
    "Flow",
    "Kept",
    "Needed",
    "Scope",
    "Sent",
    "Step",
    "answer_times",
    "behind",
    "choices",
    "comments",
    "decisions",
    "failures",
    "funnel",
    "offers",
    "people_needed",
    "promises_kept",
    "scores",
    "titles",
    "writing_hours",
]
