"""Questions to colleagues: what may be answered, when they go out, and where a link leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ask_answers import LONGEST_TOPIC, Answer, problem, usable_topic
from bot.domain.asks import (
    ASKING,
    OFFERED_DAYS,
    QUESTION,
    QUESTIONS,
    RULES,
    Ask,
    AskId,
    Choice,
    Kind,
    Question,
    Standing,
    asked_about,
    asked_hash,
    batch_at,
    facts_of,
    offered_day,
    urgent_at,
)
from bot.domain.candidacy import Candidacy
from bot.domain.daytime import weekends
from bot.domain.facts import Day, Hour
from bot.domain.links import Links
from bot.domain.model import Button, InterviewStatus, Job, MessageId, PersonId, ProcessId, Template
from bot.domain.ports import Outgoing
from bot.domain.story import Interview, Story, Visit, fold
from bot.domain.worktime import Hours
from bot.sources.api import read_event
from tests.factories import DAY, HOUR, LONDON, NOON, company, completed, daniel

MINUTE = timedelta(minutes=1)
TODAY = NOON.date()
OFFICE = Hours(zone=LONDON, opens=time(9), closes=time(18))
FRIDAY_EVENING = datetime(2026, 11, 27, 17, 50, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def ask(kind: Kind = Kind.INTERVIEW_DONE, number: int = 1, **told: object) -> Ask:
    made = Ask(
        id=AskId(1),
        key=f"ask:7:{kind}:int-1:{number}",
        person_id=PersonId(2),
        process_id=ProcessId(7),
        kind=kind,
        about="int-1",
        opened_at=NOON,
        due_at=NOON + HOUR,
        expires_at=NOON + DAY,
        message_id=MessageId(3),
        answered_at=None,
        answer="",
        detail="",
    )
    return replace(made, **told)  # type: ignore[arg-type]


# --- what may be answered -----------------------------------------------------------------


@pytest.mark.parametrize(
    "topic",
    [
        "event-driven design",
        "C++ und CI/CD",
        "diseño de APIs",
        ".NET",
        "o dia a dia da equipe",
        "one two three four five six seven eight",
        "C",
        "x" * 60,
    ],
)
def test_a_short_noun_phrase_is_a_topic(topic: str) -> None:
    assert usable_topic(topic)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "   ",
        "4 out of 5",
        "salary of 90k",
        "\u0663 \u0645\u0646 \u0665",
        "I liked her.",
        "great! hire",
        "weak: no hire",
        "design\nand more",
        "design\rand more",
        "design\u2028and more",
        "see https://x.example",
        "www.x.example",
        "write to a@b",
        "sftp://files",
        "a > b",
        "a < b",
        "{role",
        "role}",
        "why? how",
        "queues; caches",
        "hidden\u200b\u202eword",
        "one two three four five six seven eight nine",
        "x" * 61,
    ],
)
def test_what_a_candidate_should_not_read_is_no_topic(topic: str) -> None:
    assert not usable_topic(topic)


@given(st.text())
def test_a_topic_is_always_one_short_line_without_numbers_or_links(text: str) -> None:
    if usable_topic(text):
        said = text.strip()
        assert said and len(said) <= LONGEST_TOPIC and len(said.splitlines()) == 1
        assert not any(character.isdigit() for character in said)
        assert "://" not in said and "@" not in said


@pytest.mark.parametrize(
    ("kind", "answer", "wrong"),
    [
        (Kind.INTERVIEW_DONE, Answer(choice=Choice.DONE), ""),
        (Kind.INTERVIEW_DONE, Answer(choice=Choice.DONE, topic="queues"), ""),
        (Kind.INTERVIEW_DONE, Answer(choice=Choice.DONE, topic="5/5"), "topic"),
        (Kind.INTERVIEW_DONE, Answer(choice=Choice.NO_SHOW, topic="5/5"), ""),
        (Kind.INTERVIEW_DONE, Answer(choice=Choice.CALL), "choice"),
        (Kind.DECISION, Answer(choice=Choice.BY, day=TODAY), ""),
        (Kind.DECISION, Answer(choice=Choice.BY, day=TODAY - DAY), "day"),
        (Kind.DECISION, Answer(choice=Choice.BY, day=TODAY + 60 * DAY), ""),
        (Kind.DECISION, Answer(choice=Choice.BY, day=TODAY + 61 * DAY), "day"),
        (Kind.DECISION, Answer(choice=Choice.BY), "day"),
        (Kind.DECISION, Answer(choice=Choice.CALL), ""),
        (Kind.DECISION, Answer(choice=Choice.LATER), "choice"),
        (Kind.REASON, Answer(choice=Choice.CALENDARS), ""),
        (Kind.REASON, Answer(choice=Choice.WORDS, words="The panel meets on Monday."), ""),
        (Kind.REASON, Answer(choice=Choice.WORDS, words="\n"), "words"),
        (Kind.REASON, Answer(choice=Choice.WORDS, words="a\nb"), "words"),
        (Kind.REASON, Answer(choice=Choice.WORDS, words="see https://x.example"), "words"),
        (Kind.REASON, Answer(choice=Choice.WORDS, words="x"), ""),
        (Kind.REASON, Answer(choice=Choice.WORDS, words="x" * 200), ""),
        (Kind.REASON, Answer(choice=Choice.WORDS, words="x" * 201), "words"),
        (Kind.REASON, Answer(choice=Choice.DONE), "choice"),
    ],
)
def test_each_answer_is_checked(kind: Kind, answer: Answer, wrong: str) -> None:
    assert problem(kind, answer, TODAY) == wrong


def test_an_answer_carries_the_day_the_topic_or_the_words_that_belong_to_it() -> None:
    said = Answer(choice=Choice.BY, day=TODAY, topic=" event  design ", words="on  leave. ")

    assert said.detail == "2026-11-24"
    assert replace(said, day=None).detail == ""
    assert replace(said, choice=Choice.DONE).detail == "event design"
    assert replace(said, choice=Choice.WORDS).detail == "on leave"
    assert replace(said, choice=Choice.CALL).detail == ""


def test_an_answer_is_wanted_while_it_helps_and_taken_while_it_can_still_be_used() -> None:
    wanted = {kind: rule.wanted_within / HOUR for kind, rule in RULES.items()}
    taken = {kind: rule.open_for / DAY for kind, rule in RULES.items()}

    assert wanted == {
        Kind.INTERVIEW_DONE: 1,
        Kind.DECISION: 24,
        Kind.REASON: 24,
        Kind.BOOKING: 4,
    }
    assert taken == {Kind.INTERVIEW_DONE: 7, Kind.DECISION: 7, Kind.REASON: 4, Kind.BOOKING: 7}


def test_one_question_and_all_of_a_day_are_messages_that_ask() -> None:
    assert {QUESTION, QUESTIONS} <= ASKING


def test_a_question_waits_for_the_days_batch_unless_it_is_urgent() -> None:
    question = Question(key="ask:7", process_id=ProcessId(7), kind=Kind.REASON, about="1")

    assert not question.urgent


def test_every_kind_has_at_most_three_buttons() -> None:
    assert set(RULES) == set(Kind)
    assert all(0 < len(rule.buttons) <= 3 for rule in RULES.values())


def test_a_question_stands_open_until_it_is_settled_or_has_run_out() -> None:
    answered = ask(answered_at=NOON, answer=Choice.DONE)
    withdrawn = ask(answered_at=NOON, detail="a scorecard came")

    assert ask().standing(NOON + DAY - MINUTE) is Standing.OPEN
    assert ask().standing(NOON + DAY) is Standing.EXPIRED
    assert answered.standing(NOON + 2 * DAY) is Standing.ANSWERED
    assert withdrawn.standing(NOON) is Standing.WITHDRAWN


def test_another_question_or_another_day_to_offer_needs_other_words() -> None:
    both = [ask(), ask(id=AskId(2))]

    assert asked_hash(both, NOON) == asked_hash(both[::-1], NOON)
    assert asked_hash(both, NOON) != asked_hash(both[:1], NOON)
    assert asked_hash(both, NOON) != asked_hash(both, NOON + DAY)


# --- when it goes out -----------------------------------------------------------------------


def test_a_question_about_an_interview_goes_out_as_it_ends_whatever_the_hour() -> None:
    late, kind = FRIDAY_EVENING + 5 * HOUR, Kind.INTERVIEW_DONE

    assert urgent_at(kind, late, NOON, OFFICE) == late
    assert urgent_at(kind, late, late + HOUR, OFFICE) == late + HOUR
    assert urgent_at(kind, late, late + 61 * MINUTE, OFFICE) == MONDAY_MORNING
    assert urgent_at(kind, late, late + 2 * HOUR, OFFICE) == MONDAY_MORNING
    assert urgent_at(kind, None, NOON, OFFICE) == NOON


def test_any_other_urgent_question_waits_for_the_office() -> None:
    late = FRIDAY_EVENING + HOUR

    assert urgent_at(Kind.DECISION, NOON, NOON, OFFICE) == NOON
    assert urgent_at(Kind.DECISION, late, late, OFFICE) == MONDAY_MORNING


def test_a_batch_gathers_in_office_hours_and_goes_once_a_day() -> None:
    assert batch_at(None, NOON, OFFICE) == NOON + 15 * MINUTE
    assert batch_at(None, FRIDAY_EVENING, OFFICE) == MONDAY_MORNING
    assert batch_at(NOON, NOON + HOUR, OFFICE) == NOON - 3 * HOUR + DAY
    assert batch_at(NOON - DAY, NOON, OFFICE) == NOON + 15 * MINUTE
    assert batch_at(FRIDAY_EVENING, FRIDAY_EVENING, OFFICE) == MONDAY_MORNING
    assert batch_at(MONDAY_MORNING, FRIDAY_EVENING, OFFICE) == MONDAY_MORNING + DAY


def test_the_button_offers_the_day_of_the_final_word_or_the_next_working_day() -> None:
    interviewed = candidacy(fold([read_event(completed())]))
    thursday = date(2026, 12, 3)

    assert offered_day(interviewed, NOON + 3 * DAY, OFFICE) == date(2026, 12, 1)
    assert offered_day(interviewed, NOON + 6 * DAY, OFFICE) == date(2026, 12, 1)
    assert offered_day(interviewed, NOON + 8 * DAY, OFFICE) == thursday
    assert offered_day(candidacy(Story(opened_at=NOON)), NOON, OFFICE) == date(2026, 11, 25)


def test_the_page_offers_three_working_days_to_choose_from() -> None:
    offered = OFFICE.working_days(FRIDAY_EVENING.date(), OFFERED_DAYS)

    assert list(offered) == [MONDAY_MORNING.date() + n * DAY for n in range(3)]


def test_while_a_part_of_a_visit_is_still_to_come_the_button_offers_the_next_working_day() -> None:
    done = Interview(
        ref="int-1", visit="", status=InterviewStatus.COMPLETED, told_at=NOON, ends_at=NOON
    )
    planned = replace(done, ref="int-2", status=InterviewStatus.SCHEDULED)
    told = Story(opened_at=NOON, visits=(Visit(ref="onsite", interviews=(done, planned)),))

    assert offered_day(candidacy(told), NOON, OFFICE) == date(2026, 11, 25)


def test_a_question_names_the_candidate_the_role_and_the_interview_and_nothing_else() -> None:
    interviewed = candidacy(fold([read_event(completed())]))
    starts = interviewed.story.visits[0].interviews[0].starts_at
    assert starts is not None
    zone = ZoneInfo("Asia/Kolkata")
    there = replace(OFFICE, zone=zone)

    facts = facts_of(ask(), interviewed, there, NOON)

    assert facts == {
        "candidate": "Daniel",
        "role": "Engineer",
        "interview_day": Day(starts.astimezone(zone).date()),
        "interview_time": Hour(starts.astimezone(zone)),
    }


def test_a_question_about_the_decision_offers_a_day_and_names_no_interview_where_none_was() -> None:
    fresh = candidacy(Story(opened_at=NOON))

    facts = facts_of(ask(Kind.DECISION), fresh, OFFICE, NOON)

    assert facts == {"candidate": "Daniel", "role": "Engineer", "by": Day(date(2026, 11, 25))}


def test_a_question_is_about_the_interview_that_it_names_or_the_last_that_took_place() -> None:
    done, planned = InterviewStatus.COMPLETED, InterviewStatus.SCHEDULED
    first, second, booked = (
        Interview(ref=ref, visit="", status=status, told_at=NOON, ends_at=NOON)
        for ref, status in (("int-1", done), ("int-2", done), ("int-3", planned))
    )
    onsite = Visit(ref="onsite", interviews=(first, second))
    ahead = Visit(ref="ahead", interviews=(booked,))
    told = candidacy(Story(opened_at=NOON, visits=(onsite, ahead)))

    assert asked_about(ask(about=booked.ref), told) == booked
    assert asked_about(ask(about="gone"), told) == second
    assert asked_about(ask(), candidacy(Story(opened_at=NOON))) is None


def test_what_the_button_offered_stands_until_it_is_answered() -> None:
    assert ask(detail="2026-12-01").offered == date(2026, 12, 1)
    assert ask(detail="2026-12-01", answered_at=NOON).offered is None
    assert ask().offered is None


def candidacy(story: Story) -> Candidacy:
    return Candidacy(
        process_id=ProcessId(7),
        ref="app-1",
        person=daniel(),
        job=Job(ref="job-1", title="Engineer", recruiter="Dana Weiss"),
        story=story,
        company=company(),
        zone=LONDON,
    )


def test_a_free_day_is_no_day_at_work() -> None:
    holiday = replace(OFFICE, free=lambda day: "x" if day == date(2026, 11, 30) else weekends(day))

    assert holiday.next_open(FRIDAY_EVENING + HOUR) == MONDAY_MORNING + DAY
    assert list(holiday.working_days(date(2026, 11, 27), 2)) == [
        date(2026, 12, 1),
        date(2026, 12, 2),
    ]


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_the_next_office_hour_is_one_wherever_they_are(at: datetime, zone: str) -> None:
    hours = Hours(zone=ZoneInfo(zone), opens=time(9), closes=time(18))

    found = hours.next_open(at)

    local = found.astimezone(hours.zone)
    assert at <= found <= at + 3 * DAY + HOUR
    assert local.weekday() < 5 and time(9) <= local.time() < time(18)


# --- links ----------------------------------------------------------------------------------


LINKS = Links("https://hr.example.com", lambda: "only for tests")


def test_a_link_is_revealed_only_in_what_leaves() -> None:
    template = Template(
        name="ask_decision.1.en",
        language="en",
        variables={"1": "Daniel", "2": LINKS.hidden},
        buttons=(Button(title="Yes", payload="by"),),
    )
    stored = Outgoing(
        reference=MessageId(1), sender="", to="", text=f"Here: {LINKS.hidden} !", template=template
    )

    leaving = LINKS.revealed(stored, "question:1")

    url = LINKS.url("question:1")
    assert leaving.text == f"Here: {url} !"
    assert leaving.template is not None
    assert leaving.template.variables == {"1": "Daniel", "2": url}
    assert leaving.template.buttons == template.buttons
    assert LINKS.revealed(replace(stored, text="Hi"), "question:1") == replace(stored, text="Hi")


def test_nobody_can_tell_a_link_without_the_secret() -> None:
    other = Links(LINKS.base, lambda: "another")

    tokens = {links.token(key) for links in (LINKS, other) for key in ("a", "b")}

    assert len(tokens) == 4
    assert all(len(token) == 43 for token in tokens)
    assert LINKS.token("a") == LINKS.token("a")
    assert "only for tests" not in repr(LINKS)
