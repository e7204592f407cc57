"""Interviews from a table, and into one: for teams without an applicant tracking system."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, render_template, request

from bot.domain.errors import BadInput, Mistake
from bot.sources.interviews import COLUMNS
from bot.sources.table import decoded, harmless
from bot.store.pages.sheet import SHEET, sheet
from bot.web.finding import counted
from bot.web.house import house

LARGEST = 4 * 1024 * 1024
"""Bytes of one table."""
MOST_MISTAKES = 50
"""That many are shown at once."""

blueprint = Blueprint("interviews", __name__)


@blueprint.get("/interviews")
def index() -> str:
    with house().store.read() as tx:
        number = counted(tx)
    return render_template("interviews.html", counts=number, columns=COLUMNS)


@blueprint.post("/interviews")
def take_in() -> Response:
    request.max_content_length = LARGEST
    handed_in, trial = request.files.get("table"), "try" in request.form
    try:
        if handed_in is None or not handed_in.filename:
            raise BadInput([Mistake("table", "is missing", "choose a CSV file")])
        name = handed_in.filename
        taken = house().importing.take_in(decoded(handed_in.read(), name), name, trial=trial)
    except BadInput as refused:
        return _outcome(422, mistakes=refused.mistakes[:MOST_MISTAKES], all=len(refused.mistakes))
    return _outcome(200, taken=taken, trial=trial)


@blueprint.get("/interviews.csv")
def table() -> Response:
    with house().store.read() as tx:
        return csv_file("interviews.csv", SHEET, sheet(tx.connection))


@blueprint.get("/interviews/empty.csv")
def empty() -> Response:
    return csv_file("interviews.csv", COLUMNS.all, ())


def _outcome(status: int, **told: object) -> Response:
    return Response(render_template("_taken.html", **told), status=status)


def csv_file(name: str, head: Sequence[str], lines: Iterable[Sequence[str]]) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
