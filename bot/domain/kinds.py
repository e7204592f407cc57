"""What a message is called when recruiters read about it."""

from collections.abc import Mapping

ELSEWHERE = "elsewhere"
"""The kind of a message that a colleague wrote in WhatsApp's own app, and the reason why the bot
is silent since."""
NAMES: Mapping[str, str] = {
    "human": "message",
    ELSEWHERE: "message from the WhatsApp app",
    "reply": "answer",
    "handoff_notice": "answer",
    "opt_out_ack": "confirmation of the opt-out",
    "booking": "word about the new time",
    "invitation": "calendar invitation",
    "data_request_ack": "confirmation of the request",
}
"""Stages are called what they are."""


def called(kind: str) -> str:
    return NAMES.get(kind, kind.replace("_", " "))
