"""The list of conversations and the list of tasks."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.domain.model import EventRow
from bot.store.pages import open_tasks
from bot.web.auth import current_user
from bot.web.finding import counted, listed
from bot.web.house import house

LONGEST_NOTE = 500

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/")
def start() -> AnyResponse:
    return redirect(url_for("inbox.index"))


@blueprint.get("/inbox")
def index() -> str:
    with house().store.read() as tx:
        found = listed(tx)
    return render_template("inbox.html", listed=found, counts=found.counts)


@blueprint.get("/tasks")
def tasks() -> str:
    with house().store.read() as tx:
        number, found = counted(tx), open_tasks(tx.connection)
    link = house().sheets.passed_on
    return render_template("tasks.html", tasks=found, counts=number, link=link)


@blueprint.put("/tasks/<int:task_id>/completion")
def finish_task(task_id: int) -> Response:
    house().desk.finish_task(task_id, current_user())
    return done()


@blueprint.post("/events/<int:event>/attempts")
def take_in_again(event: int) -> Response:
    house().mending.take_in_again(EventRow(event), current_user())
    return done()


@blueprint.put("/pause")
def pause() -> Response:
    house().desk.pause(current_user(), request.form.get("note", "")[:LONGEST_NOTE])
    return done()


@blueprint.delete("/pause")
def resume() -> Response:
    house().desk.resume(current_user())
    return done()


def done() -> Response:
    """Answer a change: an empty page that tells the browser to look again."""
    return Response("", headers={"HX-Trigger": "live:resync"})
