"""Whether a message may leave now. Asked again in the transaction that sends it.

Consent, opt-out and the 24-hour window bind everybody. Quiet hours and a conversation
that a person holds bind only the bot.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.daytime import QuietHours, next_awake
from bot.domain.model import Channel, Form, State

WINDOW = timedelta(hours=24)
"""How long the carriers let us write freely after the candidate's last message."""
WINDOW_MARGIN = timedelta(minutes=5)
"""A message on its way must not arrive after the window closed."""
FRESH = timedelta(minutes=5)
"""Somebody who wrote this recently is awake: quiet hours do not hold back the answer."""


READ_FIRST = timedelta(seconds=1)
"""How long a message steps back for what the candidate has just written."""
APART = timedelta(hours=2)
"""Between stages of different processes to the same candidate."""
FINAL_WORDS_APART = timedelta(hours=24)
"""A yes and a no on one day would read as one answer."""
MOST_A_DAY = 3
"""Stages to one candidate, of all their processes together."""
A_DAY = timedelta(hours=24)


class Purpose(StrEnum):
    STAGE = "stage"
    """The bot speaks first."""
    ANSWER = "answer"
    """The bot answers what the candidate wrote."""
    ASK = "ask"
    """The bot asks a colleague something."""
    OPT_OUT_ACK = "opt_out_ack"
    """The one confirmation that may follow an opt-out."""
    PERSON = "person"
    """A recruiter writes."""


PLANNED = frozenset({Purpose.STAGE, Purpose.ASK})
"""What is worded ahead, and goes by another way where it may not leave by this one."""


class Action(StrEnum):
    SEND = "send"
    WAIT = "wait"
    """Not now; `until` says when to ask again."""
    HOLD = "hold"
    """Not until what `reason` names has ended."""
    ASK_CARRIER = "ask_carrier"
    """Perhaps it has left already."""
    REFUSE = "refuse"
    """Never: the row is cancelled, and a recruiter learns why where it matters."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A stage that left for the same candidate lately."""

    at: datetime
    same_process: bool
    final: bool


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that decides, read in one transaction."""

    now: datetime
    purpose: Purpose
    channel: Channel = Channel.WHATSAPP
    expires_at: datetime | None = None
    consented: bool = False
    opted_out: bool = False
    prefers_email: bool = False
    doubted: bool = False
    """Somebody else may have the number, and this says more than who we are."""
    holder: str = ""
    """Who holds the conversation, if a person does."""
    unread: bool = False
    """The candidate wrote something that no turn has read."""
    owed: bool = True
    """The plan still asks for it: its guards hold and its decision is released."""
    facts_changed: bool = False
    final: bool = False
    """It tells the outcome."""
    latest_at: datetime | None = None
    """The end of its window."""
    lately: tuple[Spoken, ...] = ()
    """Stages to the same candidate in the last 24 hours."""
    paused_by: str = ""
    """Who stopped everything, if somebody did."""
    unapproved: bool = False
    """Its words are to be read by a person first, and nobody has yet."""
    last_inbound_at: datetime | None = None
    has_template: bool = False
    zone: ZoneInfo
    quiet: QuietHours
    since: datetime | None = None
    """From when on it could have left."""
    forgotten_until: datetime | None = None
    """Until when the database does not know what left, since a backup was put back. None where
    that does not matter: there was none, or the carrier has been asked."""
    rests_until: datetime | None = None
    """When the colleague who is asked is at work again; None while they are."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    action: Action
    reason: str = ""
    form: Form = Form.TEXT
    until: datetime | None = None
    reword: bool = False
    """Wait only for new words."""
    ends_as: State = State.CANCELLED
    """What a refused row becomes."""
    needs_a_person: bool = True
    """Somebody should say by another way what is refused here, unless the plan finds one."""


def window_closes_at(last_inbound_at: datetime | None) -> datetime | None:
    """Return when free text stops being allowed, with our margin, or None if never open."""
    return last_inbound_at + WINDOW - WINDOW_MARGIN if last_inbound_at else None


def window_open(last_inbound_at: datetime | None, now: datetime) -> bool:
    closes = window_closes_at(last_inbound_at)
    return closes is not None and now < closes


def may_send(situation: Situation) -> Verdict:
    """Return what to do with one message that is due.

    Source of the rules: WhatsApp's business messaging policy (opt-in, opt-out, 24 hours),
    and our own promises to candidates (nights, people before bots, released decisions).
    """
    for rule in _RULES:
        verdict = rule(situation)
        if verdict is not None:
            return verdict
    return _form(situation)


def _memory(s: Situation) -> Verdict | None:
    if s.since is None or s.forgotten_until is None or s.since >= s.forgotten_until:
        return None
    reason = "it may have left in the hours that the backup does not know"
    return Verdict(action=Action.ASK_CARRIER, reason=reason)


def _expiry(s: Situation) -> Verdict | None:
    if s.expires_at is not None and s.now >= s.expires_at:
        reason = "expired: its moment has passed"
        return Verdict(action=Action.REFUSE, reason=reason, ends_as=State.EXPIRED)
    return None


def _opt_out(s: Situation) -> Verdict | None:
    if s.opted_out and s.purpose is not Purpose.OPT_OUT_ACK:
        return Verdict(
            action=Action.REFUSE,
            reason=f"they opted out of {s.channel.called}",
            needs_a_person=False,
        )
    return None


def _doubt(s: Situation) -> Verdict | None:
    if not s.doubted or s.purpose is Purpose.OPT_OUT_ACK:
        return None
    return Verdict(action=Action.REFUSE, reason="somebody else may have this number")


def _consent(s: Situation) -> Verdict | None:
    if s.purpose in (Purpose.ANSWER, Purpose.OPT_OUT_ACK):
        return None
    if s.channel is Channel.WHATSAPP and s.prefers_email and s.purpose is Purpose.STAGE:
        return Verdict(action=Action.REFUSE, reason="the candidate asked for e-mail instead")
    if s.consented or (s.purpose is Purpose.PERSON and window_open(s.last_inbound_at, s.now)):
        return None
    reason = f"no recorded consent for {s.channel.called}"
    return Verdict(action=Action.REFUSE, reason=reason)


def _released(s: Situation) -> Verdict | None:
    if s.purpose in PLANNED and not s.owed:
        reason = "no longer owed: the process has moved on"
        return Verdict(action=Action.REFUSE, reason=reason, needs_a_person=False)
    return None


def _paused(s: Situation) -> Verdict | None:
    if not s.paused_by or s.purpose in (Purpose.PERSON, Purpose.OPT_OUT_ACK):
        return None
    return Verdict(action=Action.HOLD, reason=f"{s.paused_by} paused all messages")


def _approval(s: Situation) -> Verdict | None:
    if s.unapproved and s.purpose is Purpose.STAGE:
        return Verdict(action=Action.HOLD, reason="waits until somebody has approved its words")
    return None


def _elsewhere(s: Situation) -> Verdict | None:
    """One person may be in several processes: neither a flood nor a contradiction."""
    if s.purpose is not Purpose.STAGE:
        return None
    others = [word for word in s.lately if not word.same_process]
    free_at = [word.at + APART for word in others]
    free_at += [word.at + FINAL_WORDS_APART for word in others if word.final and s.final]
    if others and len(s.lately) >= MOST_A_DAY:
        free_at.append(sorted(word.at for word in s.lately)[-MOST_A_DAY] + A_DAY)
    until = max(free_at, default=s.now)
    if until <= s.now or (s.latest_at is not None and until > s.latest_at):
        return None
    reason = "another process of the candidate had a word just now"
    return Verdict(action=Action.WAIT, until=until, reason=reason)


def _person(s: Situation) -> Verdict | None:
    if not s.holder or s.purpose in (Purpose.PERSON, Purpose.OPT_OUT_ACK, Purpose.ASK):
        return None
    reason = f"{s.holder} holds this conversation"
    action = Action.HOLD if s.purpose is Purpose.STAGE else Action.REFUSE
    return Verdict(action=action, reason=reason, needs_a_person=False)


def _unread(s: Situation) -> Verdict | None:
    if s.unread and s.purpose is not Purpose.PERSON:
        until = s.now + READ_FIRST
        return Verdict(action=Action.WAIT, until=until, reason="the candidate just wrote")
    return None


def _facts(s: Situation) -> Verdict | None:
    if s.facts_changed and s.purpose in PLANNED:
        reason = "its facts changed: it is worded again"
        return Verdict(action=Action.WAIT, until=s.now, reason=reason, reword=True)
    return None


def _night(s: Situation) -> Verdict | None:
    if s.purpose is Purpose.ASK:
        return _rest(s)
    if s.purpose in (Purpose.PERSON, Purpose.OPT_OUT_ACK) or not s.quiet.cover(s.now, s.zone):
        return None
    fresh = s.last_inbound_at is not None and s.now - s.last_inbound_at <= FRESH
    if s.purpose is Purpose.ANSWER and fresh:
        return None
    until = next_awake(s.now, s.zone, s.quiet)
    return Verdict(action=Action.WAIT, until=until, reason="quiet hours where the candidate is")


def _rest(s: Situation) -> Verdict | None:
    if s.rests_until is None:
        return None
    reason = "not in office hours where the colleague is"
    return Verdict(action=Action.WAIT, until=s.rests_until, reason=reason)


def _form(s: Situation) -> Verdict:
    if s.channel is Channel.EMAIL:
        return Verdict(action=Action.SEND, reason="by e-mail")
    if s.purpose is Purpose.ASK and s.has_template:
        return Verdict(action=Action.SEND, form=Form.TEMPLATE, reason="with its buttons")
    if window_open(s.last_inbound_at, s.now):
        return Verdict(action=Action.SEND, reason="inside the 24-hour window")
    if s.has_template:
        return Verdict(action=Action.SEND, form=Form.TEMPLATE, reason="by approved template")
    reason = "the 24-hour window is closed and there is no approved template"
    return Verdict(action=Action.REFUSE, reason=reason, ends_as=State.FAILED)


_RULES = (
    _memory,
    _expiry,
    _opt_out,
    _doubt,
    _consent,
    _released,
    _person,
    _paused,
    _unread,
    _facts,
    _approval,
    _elsewhere,
    _night,
)
"""The first that has something to say decides."""
