"""Who may do what: every page by name. What is not named here, nobody may."""

from collections.abc import Mapping

from bot.domain.model import MAY_RELEASE, MAY_REPLY, Role

EVERYBODY = frozenset(Role)

OPEN = frozenset(
    {
        "appointment.show",
        "assets.one",
        "asked.show",
        "asked.answer",
        "auth.form",
        "auth.enter",
        "auth.link",
        "join.show",
        "join.make",
        "unsubscribe.show",
        "unsubscribe.make",
        "health.alive",
        "health.ready",
    }
)
"""Pages for people who have not signed in."""

ALLOWED: Mapping[str, frozenset[Role]] = {
    "auth.leave": EVERYBODY,
    "inbox.start": EVERYBODY,
    "inbox.index": EVERYBODY,
    "inbox.tasks": EVERYBODY,
    "inbox.finish_task": MAY_REPLY,
    "inbox.take_in_again": MAY_REPLY,
    "conversations.show": EVERYBODY,
    "conversations.take": MAY_REPLY,
    "conversations.release": MAY_REPLY,
    "conversations.assign": MAY_REPLY,
    "conversations.note": MAY_REPLY,
    "conversations.snooze": MAY_REPLY,
    "conversations.wake": MAY_REPLY,
    "conversations.reply": MAY_REPLY,
    "conversations.confirm_identity": MAY_REPLY,
    "conversations.read_again": MAY_REPLY,
    "conversations.vouch": MAY_REPLY,
    "conversations.cancel": MAY_REPLY,
    "conversations.approve": MAY_REPLY,
    "conversations.promise": MAY_REPLY,
    "conversations.strike_topic": MAY_REPLY,
    "conversations.release_decision": MAY_RELEASE,
    "conversations.recall_decision": MAY_RELEASE,
    "inbox.pause": MAY_REPLY,
    "inbox.resume": MAY_REPLY,
    "interviews.index": MAY_REPLY,
    "interviews.take_in": MAY_REPLY,
    "interviews.table": MAY_REPLY,
    "interviews.empty": MAY_REPLY,
    "dashboard.index": EVERYBODY,
    "dashboard.messages": EVERYBODY,
    "dashboard.messages_file": EVERYBODY,
    "dashboard.flows_file": EVERYBODY,
    "live.stream": EVERYBODY,
    "phone.index": EVERYBODY,
    "phone.show": EVERYBODY,
    "phone.write": EVERYBODY,
    "phone.read": EVERYBODY,
    "phone.set_carrier": EVERYBODY,
    "phone.jump": EVERYBODY,
}


def may(role: Role, endpoint: str) -> bool:
    return role in ALLOWED.get(endpoint, frozenset())
