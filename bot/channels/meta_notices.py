"""What Meta says about our account, our templates and people's numbers, and whether somebody
has to look: in sentences for a recruiter."""

import re
from collections.abc import Callable, Mapping

from bot.channels.meta_json import Json, part, text

ACCOUNT: Mapping[str, str] = {
    "ACCOUNT_DELETED": "has been deleted: nothing leaves by WhatsApp any more",
    "ACCOUNT_OFFBOARDED": "has been taken off the Cloud API: nothing leaves by WhatsApp",
    "ACCOUNT_RESTRICTION": "has been restricted: some messages will not leave",
    "ACCOUNT_VIOLATION": "is said to break WhatsApp's rules: it may be blocked",
    "DISABLED_UPDATE": "has been blocked, or is free again: see whether messages leave",
    "PARTNER_REMOVED": "is not shared with our app any more: messages may not leave",
}
TEMPLATE: Mapping[str, str] = {
    "REJECTED": "has been rejected",
    "PAUSED": "has been paused, as candidates complained about it or did not read it",
    "DISABLED": "has been disabled",
    "FLAGGED": "will be disabled, unless candidates like it better soon",
    "LIMIT_EXCEEDED": "is one more than our account may have",
    "PENDING_DELETION": "is about to be deleted",
    "DELETED": "has been deleted",
    "LOCKED": "has been locked",
}
NO_BAD_NEWS = "nobody has to do anything about it"
BAD_QUALITY = {"YELLOW": "some complaints", "RED": "many complaints"}


def look_at(field: str, value: object) -> str:
    """Return what somebody has to look at, or nothing where all is well or is new to us."""
    read = _READ.get(field)
    return read(part(value)) if read else ""


def new_number(message: Json) -> str:
    """Return what follows where a candidate took another number: the rest of a sentence that
    begins with who it is. Nobody is written to there before a person has looked: in the wrong
    hands an answer about a job is no longer private."""
    kind = text(message, "system", "type")
    number = text(message, "system", "wa_id")
    if kind not in ("user_changed_number", "customer_changed_number"):
        return ""
    if not re.fullmatch("[1-9][0-9]{5,14}", number):
        return ""
    return (
        f"writes from +{number} from now on, says WhatsApp: what goes to the old number does not "
        "arrive. Ask them, and change the number where you keep it"
    )


def _account(value: Json) -> str:
    meaning = ACCOUNT.get(text(value, "event"))
    why = text(value, "violation_info", "violation_type")
    more = f" ({why})" if why else ""
    return f"Our WhatsApp account {meaning}{more}. Ask an admin to look at Meta" if meaning else ""


def _alert(value: Json) -> str:
    told = text(value, "alert_description") or text(value, "alert_type")
    grave = text(value, "alert_severity") in ("CRITICAL", "WARNING")
    return f"Meta warns about our WhatsApp account: {told}" if grave and told else ""


def _review(value: Json) -> str:
    rejected = text(value, "decision") == "REJECTED"
    return "Meta has turned our WhatsApp account down. Ask an admin to look" if rejected else ""


def _number(value: Json) -> str:
    down = text(value, "event") in ("FLAGGED", "DOWNGRADE")
    limit = text(value, "current_limit")
    more = f" The limit is now {limit}." if limit else ""
    return f"Candidates complain about our WhatsApp number, says Meta.{more}" if down else ""


def _status(value: Json) -> str:
    meaning = TEMPLATE.get(text(value, "event"))
    why = text(value, "reason")
    more = f" ({why})" if why not in ("", "NONE") else ""
    return f"{_template(value)} {meaning}{more}. {_INSTEAD}" if meaning else ""


def _quality(value: Json) -> str:
    what = BAD_QUALITY.get(text(value, "new_quality_score"))
    return f"{_template(value)} gets {what}: it may be paused soon" if what else ""


def _category(value: Json) -> str:
    if text(value, "new_category") != "MARKETING":
        return ""
    return (
        f"{_template(value)} now counts as marketing: it costs more, and does not reach everybody. "
        "Ask Meta for a review, or change its words"
    )


def _template(value: Json) -> str:
    name = text(value, "message_template_name")
    return f"The WhatsApp template {name} ({text(value, 'message_template_language')})"


_INSTEAD = (
    "Until it is approved again, take it out of `meta.templates`: what it says then goes "
    "another way"
)
_READ: Mapping[str, Callable[[Json], str]] = {
    "account_update": _account,
    "account_alerts": _alert,
    "account_review_update": _review,
    "phone_number_quality_update": _number,
    "message_template_status_update": _status,
    "message_template_quality_update": _quality,
    "template_category_update": _category,
}
KNOWN = frozenset({*_READ, "user_preferences"})
"""The last one says who wants marketing, or no longer: we send none."""
