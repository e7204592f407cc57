"""What pages read: frozen pictures, a few queries each, nothing changes here."""

from bot.store.pages.inbox import Counts, InboxRow, Tab, TaskRow, counts, inbox, open_tasks
from bot.store.pages.panel import (
    Agreement,
    Appointment,
    Head,
    Panel,
    ProcessCard,
    Promised,
    Question,
    head,
    panel,
    process_card,
)
from bot.store.pages.thread import (
    Bubble,
    Note,
    Upcoming,
    arrived,
    next_due,
    notes,
    thread,
    upcoming,
)

__all__ = [
    "Agreement",
    "Appointment",
    "Bubble",
    "Counts",
    "Head",
    "InboxRow",
    "Note",
    "Panel",
    "ProcessCard",
    "Promised",
    "Question",
    "Tab",
    "TaskRow",
    "Upcoming",
    "arrived",
    "counts",
    "head",
    "inbox",
    "next_due",
    "notes",
    "open_tasks",
    "panel",
    "process_card",
    "thread",
    "upcoming",
]
