"""The demo's phone, at which one plays the candidate, and its clock."""

import threading
import uuid
from datetime import datetime, timedelta
from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.channels.moods import Behaviour, Mood
from bot.domain.errors import BadInput, Conflict, Mistake, NotFound
from bot.domain.model import ConversationId, Party, UserId
from bot.domain.ports import Inbound
from bot.store.pages import Wanted, arrived, head, inbox, next_due
from bot.web.auth import current_user
from bot.web.conversations import by_day
from bot.web.house import Demo, house
from bot.web.inbox import done
from bot.work.live import RESYNC

MOODS = {
    "works": ("works", Mood()),
    "slow": ("is slow", Mood(answers_after=2.0, reports_after=6.0)),
    "loses": ("loses messages", Mood(behaviour=Behaviour.LOSES)),
    "fails": ("fails", Mood(behaviour=Behaviour.FAILS)),
    "drops": ("drops its answer", Mood(behaviour=Behaviour.DROPS_ANSWER)),
}
LONGEST_JUMP = timedelta(days=60)
LONGEST_TEXT = 65_536
"""WhatsApp lets candidates write that much."""

blueprint = Blueprint("phone", __name__)
_moving = threading.Lock()


@blueprint.get("/phone")
def index() -> AnyResponse:
    """Open the phone of the first candidate."""
    with house().store.read() as tx:
        rows = inbox(tx.connection, Wanted(), UserId(0), house().clock.now())
    if not rows:
        raise NotFound("There are no candidates yet")
    first = min(row.conversation_id for row in rows)
    return redirect(url_for("phone.show", conversation_id=first))


@blueprint.get("/phone/<int:conversation_id>")
def show(conversation_id: int) -> str:
    one = ConversationId(conversation_id)
    with house().store.read() as tx:
        who = head(tx.connection, one)
        said = arrived(tx.connection, one)
        zone = house().desk.candidacies.zone(tx, who.person_id, who.time_zone)
        now, me = house().clock.now(), current_user().id
        people = inbox(tx.connection, Wanted(), me, now)
        colleagues = inbox(tx.connection, Wanted(party=Party.COLLEAGUE), me, now)
        next_at = next_due(tx.connection)
    return render_template(
        "phone.html",
        head=who,
        days=by_day(said),
        zone=zone,
        people=sorted(people, key=lambda row: row.conversation_id),
        colleagues=[row for row in colleagues if "@" not in row.address],
        next_at=next_at,
        moods={name: label for name, (label, _) in MOODS.items()},
        mood=_mood(),
        receipts=_demo().simulator.read_receipts,
    )


@blueprint.post("/phone/<int:conversation_id>/messages")
def write(conversation_id: int) -> Response:
    text = request.form.get("text", "").replace("\r\n", "\n")
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise BadInput([Mistake("text", "is empty, or longer than WhatsApp allows")])
    with house().store.read() as tx:
        who = head(tx.connection, ConversationId(conversation_id))
    inbound = Inbound(
        provider_id=f"SIMIN{uuid.uuid4().hex}",
        address=who.address,
        sender=who.sender,
        text=text,
        at=house().clock.now(),
        payload=request.form.get("payload", ""),
        replied_to=request.form.get("replied_to", ""),
    )
    _demo().receive(inbound)
    response = done()
    response.headers["HX-Trigger"] = "sent, live:resync"
    return response


@blueprint.put("/phone/<int:conversation_id>/reading")
def read(conversation_id: int) -> Response:
    """The candidate looks at the phone: whatever has arrived is read."""
    with house().store.read() as tx:
        who = head(tx.connection, ConversationId(conversation_id))
    _demo().simulator.read(who.address)
    return Response(status=204)


@blueprint.put("/carrier")
def set_carrier() -> Response:
    """Choose how the carrier behaves, and whether candidates let us know that they read."""
    simulator = _demo().simulator
    name = request.form.get("mood", "")
    if name not in MOODS:
        raise BadInput([Mistake("mood", "is unknown", f"one of {', '.join(MOODS)}")])
    simulator.mood = MOODS[name][1]
    simulator.read_receipts = "receipts" in request.form
    return Response(status=204)


@blueprint.post("/clock/jumps")
def jump() -> Response:
    """Move the clock, alarm by alarm."""
    if not _moving.acquire(blocking=False):
        raise Conflict("The clock is moving already")
    try:
        _demo().stepper.run_until(_target())
    finally:
        _moving.release()
    house().bus.announce(RESYNC)
    return done()


def _target() -> datetime:
    now = house().clock.now()
    if request.form.get("to") == "next":
        return _next_message(now)
    hours = request.form.get("hours", 0.0, type=float)
    if not 0 < hours <= LONGEST_JUMP / timedelta(hours=1):
        raise BadInput([Mistake("hours", "must lie between 0 and 60 days")])
    return now + timedelta(hours=hours)


def _next_message(now: datetime) -> datetime:
    with house().store.read() as tx:
        due = next_due(tx.connection)
    if due is None:
        raise Conflict("No message is planned now")
    return max(due, now)


def _mood() -> str:
    now = _demo().simulator.mood
    return next((name for name, (_, mood) in MOODS.items() if mood == now), "works")


def _demo() -> Demo:
    return cast(Demo, house().demo)
