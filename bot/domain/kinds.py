"""What a message is called when recruiters read about it."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "human": "message",
    "reply": "answer",
    "handoff_notice": "answer",
    "opt_out_ack": "confirmation of the opt-out",
    "data_request_ack": "confirmation of the request",
}
"""Stages are called what they are."""


def called(kind: str) -> str:
    return NAMES.get(kind, kind.replace("_", " "))
