"""The dashboard counts what really happened, on both databases, and shows who is behind it."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.channels.moods import Behaviour, Mood
from bot.domain.model import Author, Role
from bot.store.pages import dashboard
from bot.store.pages.dashboard import By, Scope, Step
from tests.factories import (
    ANAS_PHONE,
    DAY,
    HOUR,
    LONDON,
    NOON,
    candidate,
    completed,
    decided,
    event,
    job,
    released,
)
from tests.web.conftest import Visitor
from tests.world import World, world

LUCIA = {"ref": "cand-2", "name": "Lucía Fernández", "phone": "+34600000002", "language": "es"}


@pytest.fixture
def house(database_url: str) -> Iterator[World]:
    with world(database_url) as opened:
        yield opened


def scope(house: World, **told: object) -> Scope:
    now = house.clock.now()
    return Scope(since=now - 30 * DAY, until=now, **told)  # type: ignore[arg-type]


def flows(house: World, by: By = By.STAGE, **told: object) -> dict[str, dict[Step, int]]:
    stages = [stage.name for stage in house.hearback.planner.stages]
    with house.store.read() as tx:
        found = dashboard.funnel(tx.connection, scope(house, **told), stages, by)
    return {flow.name: flow.counts for flow in found}


def asked_for_a_score(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.happens(decided(house.clock.now()), released(house.clock.now()))
    house.passes(9 * DAY)
    assert house.kinds()[-1] == "survey"


def test_each_step_of_a_message_is_counted_once(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.writes("Thank you, that was great!")
    house.writes("And thanks to Ana!")

    counts = flows(house)["thank_you"]

    assert {step.value: counts[step] for step in Step} == {
        "planned": 1,
        "sent": 1,
        "delivered": 1,
        "read": 0,
        "answered": 1,
        "opted out": 0,
    }


def test_what_is_planned_for_later_does_not_count_as_late(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)

    assert set(flows(house)) == {"thank_you"}


def test_an_answer_belongs_to_the_word_before_it(house: World) -> None:
    house.happens(completed())
    house.passes(3 * DAY)
    house.writes("Any news?")

    counts = flows(house)

    assert counts["thank_you"][Step.ANSWERED] == 0
    assert counts["status_update"][Step.ANSWERED] == 1


def test_who_opts_out_is_counted_where_they_did(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.writes("STOP")

    assert flows(house)["thank_you"][Step.OPTED_OUT] == 1


def test_a_message_that_fails_was_planned_and_its_cause_is_named(house: World) -> None:
    house.carrier.mood = Mood(behaviour=Behaviour.REFUSES)
    house.happens(completed())
    house.passes(3 * HOUR)

    counts = flows(house)["thank_you"]
    with house.store.read() as tx:
        causes = dashboard.failures(tx.connection, scope(house))

    assert counts[Step.PLANNED] >= 1 and counts[Step.SENT] == 0
    assert causes and causes[0].reason


def test_messages_are_told_apart_by_job_team_language_channel_and_words(house: World) -> None:
    other = job(ref="job-2", title="Data Analyst", department="Data")
    house.happens(
        completed(),
        completed(candidate=candidate(**LUCIA), process="app-2", job=other, id="second"),
    )
    house.passes(HOUR)

    assert set(flows(house, By.JOB)) == {"Senior Backend Engineer", "Data Analyst"}
    assert "Data" in flows(house, By.TEAM)
    assert set(flows(house, By.LANGUAGE)) == {"en", "es"}
    assert set(flows(house, By.CHANNEL)) == {"whatsapp"}
    assert all(name.startswith("thank_you") for name in flows(house, By.WORDS))
    assert flows(house, language="es")["thank_you"][Step.SENT] == 1
    assert flows(house, team="Data")["thank_you"][Step.SENT] == 1


def test_scores_comments_and_decisions(house: World) -> None:
    asked_for_a_score(house)
    house.writes("9")
    house.writes("Quick and kind, thank you")

    with house.store.read() as tx:
        connection = tx.connection
        assert dashboard.scores(connection, scope(house)) == {9: 1}
        (comment,) = dashboard.comments(connection, scope(house))
        decided_in = dashboard.decisions(connection, scope(house))

    assert (comment.text, comment.score) == ("Quick and kind, thank you", 9)
    assert decided_in.decisions == 1
    assert decided_in.days is not None and 0 < decided_in.days < 1


def test_what_is_written_in_one_go_is_answered_once(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.receives("When will I hear?")
    house.receives("I am curious")
    house.passes(timedelta(seconds=20))

    with house.store.read() as tx:
        took = dashboard.answer_times(tx.connection, scope(house))

    assert took[Author.BOT]["a minute"] == 1
    assert sum(took[Author.BOT].values()) == 1 and sum(took[Author.PERSON].values()) == 0


def test_the_hours_are_those_of_the_office(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.writes("Any news?")
    wrote = (house.clock.now() - timedelta(seconds=7)).astimezone(LONDON)

    with house.store.read() as tx:
        hours = dashboard.writing_hours(tx.connection, scope(house), LONDON)

    assert hours == {(wrote.weekday(), wrote.hour): 1}


def test_people_who_are_needed_are_counted_by_reason_and_by_being_in_time(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.writes("HUMAN")

    with house.store.read() as tx:
        (waiting,) = dashboard.people_needed(tx.connection, scope(house))
    house.hearback.desk.take(house.conversation, house.recruiter)
    with house.store.read() as tx:
        (taken,) = dashboard.people_needed(tx.connection, scope(house))

    assert (waiting.reason, waiting.times, waiting.waiting) == ("asked for a person", 1, 1)
    assert (taken.waiting, taken.in_time, taken.timed) == (0, 1, 1)


def test_promises_are_kept_late_or_broken_once_they_are_due(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.writes("HUMAN")
    house.passes(5 * DAY)

    with house.store.read() as tx:
        kept = {one.kind: one for one in dashboard.promises_kept(tx.connection, scope(house))}

    assert kept["next_word"].kept >= 1 and kept["next_word"].broken == 0
    assert kept["answer"].broken == 1


def test_offers_are_counted_by_process(house: World) -> None:
    offer = event("offer.generated", NOON, offer={"how": "by e-mail"})
    house.happens(completed(), offer, {**offer, "id": "again"}, event("offer.accepted", NOON))

    with house.store.read() as tx:
        told = dashboard.offers(tx.connection, scope(house))

    assert told == {"offer.generated": 1, "offer.accepted": 1, "offer.declined": 0}


def test_colleagues_are_nobodys_candidates(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.receives("done", address=ANAS_PHONE)

    with house.store.read() as tx:
        connection = tx.connection
        behind = dashboard.behind(
            connection, scope(house), ["thank_you"], By.STAGE, "thank_you", Step.PLANNED
        )

    assert [one.name for one in behind] == ["Daniel Okafor"]


# --- the pages ------------------------------------------------------------------------------


def test_the_page_leads_from_a_figure_to_the_conversation(home: World, recruiter: Visitor) -> None:
    home.happens(completed())
    home.passes(HOUR)

    page = recruiter.page("/dashboard?days=7")
    behind = recruiter.page("/dashboard/messages?days=7&by=stage&name=thank_you&step=sent")

    assert "Thank-you" in page and "100 %" in page
    assert "Daniel Okafor" in behind and f"/conversations/{home.conversation}" in behind


def test_an_empty_house_has_an_empty_page(recruiter: Visitor) -> None:
    page = recruiter.page("/dashboard?days=90&by=words&job=77&team=Nobody&language=xx")

    assert "Nothing was to be sent" in page and "Nobody has answered the survey yet" in page


@pytest.mark.parametrize("query", ["by=moon", "by="])
def test_what_nothing_is_told_apart_by_is_not_found(recruiter: Visitor, query: str) -> None:
    assert recruiter.get(f"/dashboard?{query}").status_code == 404


@pytest.mark.parametrize("days", ["0", "-1", "1000000", "odd", ""])
def test_odd_days_are_thirty(recruiter: Visitor, days: str) -> None:
    assert "<option selected>30</option>" in recruiter.page(f"/dashboard?days={days}")


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_file_runs_nothing_in_a_spreadsheet(home: World, recruiter: Visitor, name: str) -> None:
    home.happens(completed(candidate=candidate(name=name)))
    home.passes(HOUR)

    text = recruiter.page("/dashboard/messages.csv?name=thank_you&step=sent")

    head, line = csv.reader(io.StringIO(text))
    assert head[0] == "candidate"
    assert line[0].startswith("'")


def test_flows_as_a_file(home: World, recruiter: Visitor) -> None:
    home.happens(completed())
    home.passes(HOUR)

    head, line = csv.reader(io.StringIO(recruiter.page("/dashboard/flows.csv")))

    assert head == ["stage", *(step.value for step in Step)]
    assert line == ["thank_you", "1", "1", "1", "0", "0", "0"]


@pytest.mark.parametrize("role", Role)
def test_every_colleague_may_look(signed_in: object, home: World, role: Role) -> None:
    visitor = signed_in(role)  # type: ignore[operator]

    assert "Dashboard" in visitor.page("/dashboard")
