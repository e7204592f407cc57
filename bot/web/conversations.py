"""One conversation: read it, take it, answer, give it back. And let a decision out."""

import itertools
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request

from bot.domain.errors import BadInput, Conflict, Mistake, NewerMessage, NotAllowed, ReadAgain
from bot.domain.model import (
    MAY_REPLY,
    ConversationId,
    MessageId,
    ProcessId,
    State,
    UserId,
    words_hash,
)
from bot.domain.policy import window_closes_at
from bot.handoff.snoozing import Until
from bot.store.pages import (
    Bubble,
    Head,
    Note,
    Panel,
    ProcessCard,
    head,
    notes,
    panel,
    process_card,
    put_off,
    thread,
    unsaid,
    upcoming,
)
from bot.store.pages.thread import MOST
from bot.web.auth import current_user
from bot.web.finding import listed
from bot.web.house import house
from bot.web.inbox import done

MOST_EVER = 5000
"""Messages on one page, however often somebody asks for earlier ones."""
LONGEST_NOTE = 2000

blueprint = Blueprint("conversations", __name__)


@blueprint.get("/conversations/<int:conversation_id>")
def show(conversation_id: int) -> str:
    one = ConversationId(conversation_id)
    most = min(request.args.get("most", MOST, type=int), MOST_EVER)
    with house().store.read() as tx:
        found = listed(tx)
        who = head(tx.connection, one)
        said = thread(tx.connection, one, most)
        zone = house().desk.candidacies.zone(tx, who.person_id, who.time_zone)
        seen: dict[str, Any] = {
            "head": who,
            "zone": zone,
            "snoozed_until": put_off(tx.connection, one, house().clock.now()),
            "closes_at": window_closes_at(who.last_inbound_at),
            "days": by_day(said, notes(tx.connection, one)),
            "earlier": min(most * 4, MOST_EVER) if len(said) == most else 0,
            "upcoming": upcoming(tx.connection, one),
            "previews": house().previews.of(tx, tx.conversations.find(one)),
            "unsaid": unsaid(tx.connection, one),
            "panel": panel(tx.connection, who.person_id),
            "unreadable": any(one.state is State.DEAD for one in said),
            "promised": house().desk.promised,
            "colleagues": [one for one in tx.users.all() if one.role in MAY_REPLY],
            "final_words": {one.name for one in house().desk.planner.stages if one.is_final_word},
        }
    return render_template(
        "conversation.html",
        listed=found,
        counts=found.counts,
        once=_once(),
        ready=_ready(seen["head"], seen["panel"]),
        **seen,
    )


@blueprint.put("/conversations/<int:conversation_id>/handoff")
def take(conversation_id: int) -> Response:
    house().desk.take(ConversationId(conversation_id), current_user())
    return done()


@blueprint.delete("/conversations/<int:conversation_id>/handoff")
def release(conversation_id: int) -> Response:
    note = request.form.get("note", "")[:LONGEST_NOTE]
    house().desk.release(ConversationId(conversation_id), current_user(), note)
    return done()


@blueprint.put("/conversations/<int:conversation_id>/holder")
def assign(conversation_id: int) -> Response:
    colleague = UserId(request.form.get("user", 0, type=int))
    house().desk.assign(ConversationId(conversation_id), current_user(), colleague)
    return done()


@blueprint.post("/conversations/<int:conversation_id>/notes")
def note(conversation_id: int) -> Response:
    text, once = request.form.get("note", ""), request.form.get("once", "") or _once()
    house().noting.note(ConversationId(conversation_id), current_user(), text, once=once)
    return done()


@blueprint.put("/conversations/<int:conversation_id>/snooze")
def snooze(conversation_id: int) -> Response:
    until = request.form.get("until", "")
    if until not in set(Until):
        known = ", ".join(Until)
        raise BadInput([Mistake("until", "says nothing that we know", f"one of: {known}")])
    house().snoozing.snooze(ConversationId(conversation_id), current_user(), Until(until))
    return done()


@blueprint.delete("/conversations/<int:conversation_id>/snooze")
def wake(conversation_id: int) -> Response:
    house().snoozing.wake(ConversationId(conversation_id), current_user())
    return done()


@blueprint.post("/conversations/<int:conversation_id>/messages")
def reply(conversation_id: int) -> Response:
    one = ConversationId(conversation_id)
    text = request.form.get("text", "").replace("\r\n", "\n")
    once = request.form.get("once", "") or _once()
    try:
        sure = request.form.get("sure") == words_hash("", text)
        house().desk.reply(one, current_user(), text, once=once, seen=_seen(), sure=sure)
    except NewerMessage as error:
        return _read_first(one, error)
    except ReadAgain as error:
        return _read_again(text, error)
    page = render_template("_once.html", once=_once())
    return Response(page, headers={"HX-Trigger": "sent, live:resync"})


@blueprint.put("/conversations/<int:conversation_id>/identity")
def confirm_identity(conversation_id: int) -> Response:
    house().identities.confirm(ConversationId(conversation_id), current_user())
    return done()


@blueprint.post("/conversations/<int:conversation_id>/attempts")
def read_again(conversation_id: int) -> Response:
    house().mending.read_again(ConversationId(conversation_id), current_user())
    return done()


@blueprint.put("/messages/<int:message_id>/arrival")
def vouch(message_id: int) -> Response:
    arrived = request.form.get("arrived", "")
    if arrived not in ("yes", "no"):
        raise BadInput([Mistake("arrived", "says nothing that we know", "yes or no")])
    house().mending.vouch(MessageId(message_id), current_user(), arrived=arrived == "yes")
    return done()


@blueprint.delete("/messages/<int:message_id>")
def cancel(message_id: int) -> Response:
    house().desk.cancel(MessageId(message_id), current_user())
    return done()


@blueprint.put("/messages/<int:message_id>/approval")
def approve(message_id: int) -> Response:
    words = request.form.get("words", "")
    house().desk.approve(MessageId(message_id), current_user(), words_hash=words)
    return done()


@blueprint.put("/messages/<int:message_id>/promise")
def promise(message_id: int) -> Response:
    house().desk.promise(MessageId(message_id), current_user())
    return done()


@blueprint.delete("/processes/<int:process_id>/topics")
def strike_topic(process_id: int) -> Response:
    card = _card(process_id)
    told = {"ref": request.form.get("interview", ""), "topics": [request.form.get("topic", "")]}
    house().receive_event("inbox", _event(card, "interview.topics_struck", interview=told))
    return done()


@blueprint.put("/processes/<int:process_id>/release")
def release_decision(process_id: int) -> Response:
    card = _card(process_id)
    if not card.may_be_released or card.decided_at is None:
        raise Conflict("There is no decision to release: somebody was faster, or it was withdrawn")
    if request.form.get("outcome") != card.outcome:
        raise Conflict("The decision has changed meanwhile: read it again before you release it")
    told = {"released_by": current_user().email}
    house().receive_event("inbox", _event(card, "decision.released", decision=told))
    return done()


@blueprint.delete("/processes/<int:process_id>/release")
def recall_decision(process_id: int) -> Response:
    card = _card(process_id)
    if card.released_at is None:
        raise Conflict("There is no release to take back")
    told = {"recalled_by": current_user().email}
    house().receive_event("inbox", _event(card, "decision.recalled", decision=told))
    return done()


def _ready(who: Head, about: Panel) -> list[tuple[str, str]]:
    """The words that the team has ready for this candidate."""
    jobs = [card.job for card in about.processes]
    known = {
        "first_name": who.name.partition(" ")[0],
        "company": house().company.name,
        "role": jobs[-1] if jobs else "",
        "me": current_user().name.partition(" ")[0],
    }
    return house().ready.filled(who.language or house().company.language, known)


# --- what pages are made of -----------------------------------------------------------


def by_day(
    said: Iterable[Bubble], happened: Iterable[Note] = ()
) -> list[tuple[datetime, list[Bubble | Note]]]:
    """Return everything in its order, cut at every midnight of the office."""
    office = house().company.office
    bubbles = list(said)
    since = bubbles[0].at if bubbles else None
    told = [note for note in happened if since is None or note.at >= since]
    everything: list[Bubble | Note] = sorted([*bubbles, *told], key=lambda one: one.at)
    days = itertools.groupby(everything, key=lambda one: one.at.astimezone(office).date())
    cut = [list(group) for _, group in days]
    return [(group[0].at, group) for group in cut]


def may_write(who: Head, now: datetime, *, opted_out: bool) -> str:
    """Return why nobody may write now, as a sentence, or an empty string."""
    name = who.name or "The candidate"
    closes = window_closes_at(who.last_inbound_at)
    if opted_out:
        return f"{name} opted out of WhatsApp. Nothing can be sent here."
    if who.doubt:
        return "Somebody else may have this number. Nothing is sent here until that is clear."
    if closes is None:
        return f"{name} has not written yet. WhatsApp takes free text only after that."
    if closes <= now:
        return f"The 24-hour window is closed. It opens again when {name} writes."
    handoff = who.handoff
    if handoff and handoff.holder_id not in (None, current_user().id):
        return f"{handoff.holder} holds this conversation."
    return ""


def _once() -> str:
    return uuid.uuid4().hex


def _read_first(conversation_id: ConversationId, error: NewerMessage) -> Response:
    """Show what arrived meanwhile; the same words may be sent again after that."""
    with house().store.read() as tx:
        newest = tx.history.last_inbound(conversation_id)
    page = render_template("_problem.html", sentence=f"{error}.", newest=newest)
    return Response(page, status=409, headers={"HX-Trigger": "live:resync"})


def _read_again(text: str, error: ReadAgain) -> Response:
    """Ask for a second look; the very same words may be sent after that."""
    page = render_template("_problem.html", doubts=error.doubts, sure=words_hash("", text))
    return Response(page, status=409)


def _seen() -> MessageId | None:
    seen = request.form.get("seen", type=int)
    return MessageId(seen) if seen else None


def _card(process_id: int) -> ProcessCard:
    with house().store.read() as tx:
        return process_card(tx.connection, ProcessId(process_id))


def _event(card: ProcessCard, type: str, **told: Any) -> dict[str, Any]:
    """What a click reports."""
    if not card.candidate_ref:
        raise NotAllowed("This candidate was erased")
    return {
        "id": f"{type}:{_once()}",
        "type": type,
        "occurred_at": house().clock.now().isoformat(),
        "candidate": {"ref": card.candidate_ref},
        "process": card.ref,
        **told,
    }
