"""How times, states and people read on a page. English; the words of the interface live here."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.lists import format_list
from flask import Flask

from bot.domain.asks import RULES, Choice, Kind
from bot.domain.booking import BookingState
from bot.domain.model import Author, InterviewStatus, Outcome, ProcessStatus, State
from bot.handoff.snoozing import Until
from bot.prompts import LANGUAGES
from bot.store.pages import Bubble, InboxRow, Only, Question, Standing
from bot.store.pages.inbox import MOST as MOST_LISTED
from bot.web.house import house
from bot.web.visible import folds, one_line, visible

KINDS = {
    "thank_you": "Thank-you",
    "pointer": "Passing on",
    "reply": "Answer",
    "opt_out_ack": "Goodbye",
    "handoff_notice": "Handing over",
    "human": "Message",
    "contact_check": "Who is it?",
    "wrong_person_ack": "Sorry",
}
"""Other kinds are named after their stage."""

REASONS = {
    "unknown": "the bot had no certain answer",
    "media": "they sent a file or a voice message",
    "distress": "they sound distressed",
    "taken": "a recruiter stepped in",
    "elsewhere": "a colleague writes to them in the WhatsApp app",
    "asked for a person": "they asked for one",
    "reschedule": "they want another time",
    "pick_slot": "they chose a time",
    "give_availability": "they say when they can",
    "running_late": "they are late: now",
    "data_request": "they ask about their data",
    "cancel_interview": "they want to cancel the interview",
    "withdraw": "they want to withdraw",
    "accept_offer": "they say yes to the offer",
    "decline_offer": "they say no to the offer",
    "other_offer": "they have another offer: hurry",
    "complaint": "they complain",
    "ask_compensation": "they ask about pay",
    "ask_feedback": "they ask for feedback",
    "ask_who": "they ask whom they will meet",
}
"""Why a person is needed."""

FACTS = {
    "first_name": "First name",
    "hear_by": "Next word by",
    "interviewer": "They met",
    "topic": "Talked about",
    "expected_by": "Decision by",
    "wait_reason": "Why it takes long",
    "link": "Link",
    "interview_day": "Day",
    "interview_time": "Hour",
    "offer_how": "Offer comes",
    "offer_by": "Offer by",
    "whatsapp_link": "Way to WhatsApp",
    "unsubscribe_link": "Way out of e-mails",
}
"""What a text is made of, where the fact's own name would not do."""

OUTCOMES = {
    Outcome.ADVANCE: "Goes on to the next step",
    Outcome.OFFER: "Gets an offer",
    Outcome.REJECT: "Is not going on",
}

WISHES = {
    "warm": "less formally",
    "formal": "formally",
    "short": "in short messages",
    "full": "at the usual length",
}
"""How candidates asked to be written to."""

STANDINGS = {
    Standing.PERSON: "a person's",
    Standing.BOT: "the bot's",
    Standing.SNOOZED: "snoozed",
    Standing.DONE: "done",
}
NEEDS = {
    Only.WAITING: "an answer from us",
    Only.SILENCE: "a word, before 72 hours of silence",
}
SNOOZES = {
    Until.SOON: "For three hours",
    Until.TOMORROW: "Until the next working day",
    Until.NEXT_WEEK: "Until next week",
    Until.ANSWER: "Until {} writes, for a week at most",
}

_UNDO = "Until then you can take it back."
RELEASED = {
    Outcome.ADVANCE: f"The message leaves after half an hour, but not at night. {_UNDO}",
    Outcome.OFFER: "The message leaves after half an hour, once the offer is generated, and not at "
    f"night. {_UNDO}",
    Outcome.REJECT: "Somebody reads the words first. Then the message leaves, after half an hour "
    f"at the earliest, and not at night or on a weekend. {_UNDO}",
}
"""What releasing a decision sets off."""

TICKS = {
    State.PLANNED: ("clock", "Waiting to leave"),
    State.READY: ("clock", "Waiting to leave"),
    State.HELD: ("clock", "Held"),
    State.SENDING: ("clock", "Leaving"),
    State.ACCEPTED: ("check", "Accepted by WhatsApp"),
    State.SENT: ("check", "Sent"),
    State.DELIVERED: ("checks", "Delivered"),
    State.READ: ("checks", "Read"),
    State.UNKNOWN: ("question", "Nobody knows whether it left"),
    State.FAILED: ("alert", "Failed"),
    State.EXPIRED: ("alert", "Not sent: its moment has passed"),
    State.CANCELLED: ("alert", "Not sent"),
}
"""Icon and words for every state of our own messages."""

INTERVIEWS = {
    InterviewStatus.SCHEDULED: "booked",
    InterviewStatus.COMPLETED: "took place",
    InterviewStatus.CANCELLED: "cancelled",
    InterviewStatus.NO_SHOW: "did not take place",
}
MOVED = {
    BookingState.REQUESTED: "requested, not confirmed yet",
    BookingState.CONFIRMED: "confirmed",
    BookingState.DECLINED: "did not work out",
    BookingState.RELEASED: "was confirmed, then moved or cancelled",
}
"""What became of the times that a candidate asked for."""

ASKED = {
    Kind.INTERVIEW_DONE: "whether the interview took place",
    Kind.DECISION: "by when there will be a decision",
    Kind.REASON: "what to give as the reason for the wait",
    Kind.BOOKING: "whether another time works",
}
ANSWERS = {
    Choice.NO_SHOW: "it did not take place",
    Choice.CALL: "somebody should call",
    Choice.CALENDARS: "full diaries",
    Choice.APPROVAL: "a slow approval",
    Choice.INTERVIEWS: "other interviews",
    Choice.CONFIRM: "it works",
    Choice.DECLINE: "it does not work",
}
"""What colleagues answered, where it is not in their own words."""

PROMISES = {
    "next_word": "The next word by the day that was named",
    "answer": "A person's answer",
    "given": "What a recruiter promised",
    "booking": "Whether the new time works",
}

STANDING = {
    ProcessStatus.OPEN: "open",
    ProcessStatus.WITHDRAWN: "withdrawn",
    ProcessStatus.CLOSED: "closed",
}


def teach(app: Flask) -> None:
    """Add everything here to the templates."""
    app.jinja_env.filters.update(
        clock=clock,
        day=day,
        moment=moment,
        short=short,
        kind=kind,
        fact=fact,
        language=language,
        wish=WISHES.__getitem__,
        asked=asked,
        answered=answered,
        reason=reason,
        visible=visible,
        folds=folds,
        one_line=one_line,
        story=story,
        speaker=speaker,
        left=left,
    )
    app.jinja_env.globals.update(
        RULES=RULES,
        TICKS=TICKS,
        LANGUAGES=LANGUAGES,
        MOST_LISTED=MOST_LISTED,
        NEEDS=NEEDS,
        Only=Only,
        SNOOZES=SNOOZES,
        STANDINGS=STANDINGS,
        Standing=Standing,
        Until=Until,
        OUTCOMES=OUTCOMES,
        RELEASED=RELEASED,
        INTERVIEWS=INTERVIEWS,
        MOVED=MOVED,
        PROMISES=PROMISES,
        STANDING=STANDING,
    )


# --- times: in the office's zone, unless another one is named -------------------------


def clock(at: datetime, zone: ZoneInfo | None = None) -> str:
    """Return `15:40`."""
    return f"{_local(at, zone):%H:%M}"


def day(at: datetime, zone: ZoneInfo | None = None) -> str:
    """Return `Today`, `Yesterday`, `Tomorrow` or `Tuesday 24 November`."""
    then, today = _local(at, zone).date(), _local(house().clock.now(), zone).date()
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((then - today).days)
    return near or _date(then, today, "%A", "%B")


def moment(at: datetime, zone: ZoneInfo | None = None) -> str:
    """Return `today, 15:40` or `Tue 24 Nov, 15:40`."""
    then, today = _local(at, zone).date(), _local(house().clock.now(), zone).date()
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((then - today).days)
    return f"{near or _date(then, today, '%a', '%b')}, {clock(at, zone)}"


def short(at: datetime) -> str:
    """Return `15:40` today, `Tue` this week, else `24 Nov`."""
    then, today = _local(at, None).date(), _local(house().clock.now(), None).date()
    days = abs((then - today).days)
    if days == 0:
        return clock(at)
    return f"{then:%a}" if days < 7 else f"{then.day} {then:%b}"


def left(until: datetime) -> str:
    """Return `23 h 12 min`; nothing once it is over."""
    minutes = int((until - house().clock.now()) / timedelta(minutes=1))
    if minutes < 0:
        return ""
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _local(at: datetime, zone: ZoneInfo | None) -> datetime:
    return at.astimezone(zone or house().company.office)


def _date(then: date, today: date, weekday: str, month: str) -> str:
    year = f" {then.year}" if then.year != today.year else ""
    return f"{then.strftime(weekday)} {then.day} {then.strftime(month)}{year}"


# --- messages and people --------------------------------------------------------------


def kind(name: str) -> str:
    return KINDS.get(name) or name.replace("_", " ").capitalize()


def language(code: str) -> str:
    """Return `Spanish` for `es`."""
    return Locale.parse(code).get_display_name("en") or code


def fact(name: str) -> str:
    return FACTS.get(name) or name.replace("_", " ").capitalize()


def asked(one: Question) -> str:
    """Return `Ana Ruiz was asked whether the interview took place · today, 15:40`."""
    names = format_list(list(one.names), locale="en")
    verb = "was" if len(one.names) == 1 else "were"
    return f"{names} {verb} asked {ASKED[one.kind]} · {moment(one.opened_at)}"


def answered(one: Question) -> str:
    """Return what was answered by whom, or by when an answer is wanted."""
    if one.answer is not None and one.answered_at is not None:
        return f"{one.name}: {_said(one.answer, one.detail)} · {moment(one.answered_at)}"
    if one.answered_at is not None:
        return f"no answer needed any more{f': {one.detail}' if one.detail else ''}"
    if one.expires_at <= house().clock.now():
        return "never answered"
    return f"no answer yet · wanted by {moment(one.due_at)}"


def _said(answer: Choice, detail: str) -> str:
    match answer:
        case Choice.DONE:
            return f"it took place, they talked about {detail}" if detail else "it took place"
        case Choice.BY:
            return f"by {date.fromisoformat(detail):%A %-d %B}"
        case Choice.WORDS:
            return detail
        case _:
            return ANSWERS[answer]


def reason(name: str) -> str:
    return REASONS.get(name) or name.replace("_", " ")


def story(bubble: Bubble) -> str:
    """Return what became of a message, with times: the words behind its ticks."""
    steps = (("Sent", bubble.left_at), ("delivered", bubble.arrived_at), ("read", bubble.read_at))
    told = [f"{name} {moment(at)}" for name, at in steps if at is not None]
    if bubble.state in (State.FAILED, State.UNKNOWN) or not told:
        return TICKS[bubble.state][1]
    return " · ".join(told)


def speaker(row: InboxRow, me: str) -> str:
    """Return who said the newest words: `Bot`, `You`, a colleague; empty for the candidate."""
    match row.author:
        case Author.BOT:
            return "Bot"
        case Author.PERSON:
            return "You" if row.author_name == me else row.author_name.split(" ")[0]
        case _:
            return ""
