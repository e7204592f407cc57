"""What scenarios call things, and what Hearback calls them: the one table between the two."""

from collections.abc import Mapping

from bot.domain.asks import Choice
from bot.domain.events import EventType
from bot.domain.identity import CHECK, SORRY
from bot.domain.model import State

UNKNOWN = "Hearback does not know this"

EVENTS: Mapping[str, EventType] = {
    **{type.value.replace(".", "_"): type for type in EventType},
    "interview_rescheduled": EventType.INTERVIEW_MOVED,
    "decision_recorded": EventType.DECISION_MADE,
}
"""What an applicant tracking system tells."""

STATUSES: Mapping[str, State] = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.READ,
    "failed": State.FAILED,
    "undelivered": State.FAILED,
}
"""What a carrier reports."""

LOGGED: Mapping[State, str] = {
    State.ACCEPTED: "sent",
    State.SENT: "sent",
    State.DELIVERED: "delivered",
    State.READ: "read",
    State.FAILED: "failed",
    State.UNKNOWN: "unknown",
}
"""Outbound messages that the log shows, and as what. What has not begun to leave, or never
will, is not in it."""
REALLY_LEFT = frozenset({"sent", "delivered", "read"})

# --- messages -------------------------------------------------------------------------

KINDS: Mapping[str, frozenset[str]] = {
    "thank_you": frozenset({"thank_you"}),
    "status_update": frozenset({"status_update"}),
    "next_step": frozenset({"next_step", "offer"}),
    "rejection": frozenset({"rejection"}),
    "survey": frozenset({"survey"}),
    "reply": frozenset({"reply", "human"}),
    "handoff_notice": frozenset({"handoff_notice"}),
    "opt_out_ack": frozenset({"opt_out_ack"}),
    "data_request_ack": frozenset({"data_request_ack"}),
    "reminder": frozenset({"appointment", "link_reminder"}),
    "slots": frozenset({"booking"}),
    "wrong_person_ack": frozenset({SORRY}),
    "contact_check": frozenset({CHECK}),
    "no_show_check": frozenset(),
    "reschedule_offer": frozenset(),
}
"""Empty where the product sends nothing of the kind."""

OFFERS = ("reschedule_offer_", "booking_declined.")
"""Words that offer slots, by their beginning."""
NOTICES = ("handoff_", "media_ack", "who_unknown", "human_ack")
"""Replies that tell the candidate that a person takes over, by the beginning of their words."""

# --- alerts ---------------------------------------------------------------------------

RECRUITER, MANAGER, INTERVIEWER, OPERATOR = "recruiter", "hiring_manager", "interviewer", "operator"

ALERTS: Mapping[str, tuple[str, ...]] = {
    "handoff": ("handoff.",),
    "human_requested": ("handoff.asked for a person", "handoff.human_handoff"),
    "distress": ("handoff.distress",),
    "complaint": ("handoff.complaint",),
    "reschedule": ("handoff.reschedule", "handoff.cancel_interview"),
    "running_late": ("handoff.running_late",),
    "withdrawal": ("handoff.withdraw",),
    "offer_accepted": ("handoff.accept_offer",),
    "offer_declined": ("handoff.decline_offer",),
    "competing_offer": ("handoff.other_offer",),
    "unanswered_question": ("handoff.unknown", "handoff.ask_"),
    "media": ("handoff.media",),
    "data_request": ("task.request_data", "handoff.data_request"),
    "erasure_request": ("task.request_delete",),
    "email_request": ("task.request_email",),
    "delivery_failed": ("task.delivery",),
    "write_yourself": ("task.write",),
    "approval": ("task.approve",),
    "call": ("task.call",),
    "late_message": ("task.late",),
    "wrote_after_opt_out": ("task.opted_out",),
    "identity_conflict": ("task.identity",),
    "wrong_person": ("task.doubt", "task.wrong_person"),
    "event_failed": ("task.event",),
    "message_failed": ("task.dead_letter",),
    "sender_blocked": ("task.sender",),
    "webhooks_failing": ("task.webhook",),
    "silence": ("duty.silence",),
    "promise_due": ("duty.promise",),
    "release_due": ("duty.release",),
    "no_evidence": ("duty.no_evidence",),
    "link_unused": ("duty.link_unused",),
    "interview_done": ("ask.interview_done",),
    "decision_due": ("ask.decision", "duty.release"),
    "reason": ("ask.reason",),
    "booking": ("ask.booking", "task.booking"),
}
"""A name of scenarios, and how our own names of it begin."""

OPERATORS_TASKS = frozenset({"task.sender", "task.webhook", "task.event", "task.dead_letter"})
"""Theirs are the tasks that no recruiter can do anything about."""

# --- the ledger -----------------------------------------------------------------------

AUDIT = frozenset(
    {
        *EVENTS,
        *("consent_given", "consent_withdrawn", "opt_out", "opt_in"),
        *("handoff_opened", "handoff_taken", "handoff_released"),
        *("words_approved", "person_erased", "survey_answered"),
    }
)
"""Actions that leave a row with who and when. Events are called as they are told."""

# --- what a manager taps --------------------------------------------------------------

TAPS: Mapping[str, Choice] = {choice.value: choice for choice in Choice}
