"""What a text may claim by the facts, and what it may not."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.domain.claims import Claim, Gate, Kind
from bot.domain.claims.known import Json, known
from bot.domain.claims.moments import When
from bot.lexicon import load_lexicon

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts" / "claims.yaml")
TUESDAY: Json = "2026-11-24"


def found(text: str, **facts: Json) -> list[str]:
    """Return what nothing backs."""
    return [violation.span for violation in Gate(LEXICON).check(text, facts)]


def backs(facts: Mapping[str, Json], kind: Kind, *readings: object) -> bool:
    return known(facts, LEXICON).backs(Claim(kind, 0, 1, frozenset(readings)))


# --- names, topics and other words --------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "we met Ana Ruiz",
        "we met Ana's team",
        "we met ANA",
        "we met Ana-Ruiz",
        "we met J. Smith-O'Neil",
        "we met O'Neil",
        "we met Ana--Ruiz",
        "we met Ana-and-Ruiz",
    ],
)
def test_a_name_is_known_in_whole_or_by_its_parts(text: str) -> None:
    assert found(text, interviewers=["Ana Ruiz", "J. Smith-O\u2019Neil"]) == []


def test_a_name_of_which_one_part_is_unknown_is_none_of_ours() -> None:
    assert found("we met Ana-Torres and O'Brien", who="Ana Ruiz", other="O'Neil") == [
        "Ana-Torres",
        "O'Brien",
    ]


def test_a_topic_is_known_by_the_beginning_of_its_words() -> None:
    assert found("about designing teams", topic="the design of a team") == []
    assert found("about designs", topic="desire") == ["designs"]
    assert found("about cakes", topic="cake") == ["cakes"]
    assert found("about cake and x-rays", topics=["cake", "x-rays"]) == []


def test_every_word_of_a_step_that_says_something_is_known() -> None:
    assert found("a coding test", step="the coding test") == []
    assert found("a coding test", step="a coding interview") == ["coding test"]
    assert found("on-site", place="our site") == []
    assert found("a trial day", step="a trial") == ["trial day"]


def test_how_somebody_did_and_who_else_applied_may_be_told_as_the_facts_say_it() -> None:
    assert found("you did so well, ahead of you", say="You did so well") == ["ahead of you"]
    assert found("you seemed nervous", say="we were impressed") == ["seemed nervous"]
    assert found("finalists", say="We talk to the finalists.") == []


def test_what_nobody_may_be_judged_by_stays_unsaid_whatever_the_facts_say() -> None:
    assert found("your age is fine", note_for_them="your age is fine") == ["your age"]


@pytest.mark.parametrize("kind", [Kind.NAME, Kind.TOPIC, Kind.ASSESSMENT])
def test_of_words_all_are_known_or_the_claim_is_not(kind: Kind) -> None:
    facts: Json = {"say": "we were impressed with Daniel"}

    assert backs(facts, kind, "impressed", "daniel")
    assert not backs(facts, kind, "impressed", "marta")


# --- figures, contacts and links ------------------------------------------------------------


def test_an_amount_is_known_as_an_amount_or_as_a_figure() -> None:
    assert found("it pays €65k", pay="65,000 eur") == found("it pays €65k", pay=65000) == []
    assert found("it pays €65k", pay="56,000 eur") == ["€65k"]


def test_a_number_is_known_from_a_figure_but_not_from_a_flag() -> None:
    assert found("we need 2 rounds", rounds=2) == []
    assert found("we need 1 round", remote_ok=True) == ["1"]
    assert not backs({"hours": 1.5}, Kind.DATE, When(month=5, day=1))


def test_the_scale_of_a_survey_is_known_without_a_fact() -> None:
    assert found("from 0 (not at all) to 10 (absolutely)") == []


def test_a_contact_or_a_link_may_lack_what_stands_before_it() -> None:
    facts: dict[str, Json] = {
        "call": "+44 20 7946 0018",
        "book": "https://meet.x.example/a",
        "read": "https://y.example",
    }

    assert found("call 020 7946 0018", **facts) == ["020 7946 0018"]
    assert found("call 20 7946 0018 or see x.example/a", **facts) == []
    assert found("see meet.x.example", **facts) == ["meet.x.example"]
    assert backs(facts, Kind.LINK, "x.example/b", "x.example/a")


def test_of_several_meanings_one_that_is_true_is_enough() -> None:
    assert backs({"decision": "advance"}, Kind.STATUS, "advance", "reject")
    assert not backs({"decision": "advance"}, Kind.STATUS, "offer", "reject")


# --- days and hours -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", "2026-11-23"),
        ("tomorrow", "2026-11-25"),
        ("this week", "2026-11-23"),
        ("this week", "2026-11-29"),
        ("next week", "2026-12-01"),
        ("next month", "2026-12-31"),
    ],
)
def test_a_word_that_only_a_calendar_can_tell_is_true_where_a_known_day_lies_in_it(
    text: str, day: str
) -> None:
    assert found(f"it is {text}", now=TUESDAY, day=day) == []
    assert found(f"it is {text}", today=TUESDAY, day=f"on {day}, at last") == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", "2026-11-22"),
        ("tomorrow", "2026-11-26"),
        ("next week", "2026-11-29"),
        ("next week", "2026-12-07"),
        ("next month", "2027-01-01"),
    ],
)
def test_and_not_true_where_none_does(text: str, day: str) -> None:
    assert found(f"it is {text}", now=TUESDAY, day=day) == [text]


def test_such_a_word_is_known_from_the_facts_too() -> None:
    assert found("it is next week", say="The panel meets next week.") == []
    assert found("it is tomorrow", say="The panel meets next week.") == ["tomorrow"]
    assert found("on 27 November", say="The panel meets next week.") == ["27 November"]


def test_where_nobody_knows_the_day_only_near_words_about_known_days_pass() -> None:
    assert found("it was yesterday, or this week", day="2026-11-24") == []
    assert found("it is tomorrow", day="2026-11-25") == ["tomorrow"]
    assert found("it was yesterday") == ["yesterday"]


def test_what_is_said_of_now_is_a_moment() -> None:
    assert found("it is tomorrow", now="soon", day="2026-11-25") == ["tomorrow"]
    assert found("it is tomorrow", now=5) == ["tomorrow"]
    assert found("it is tomorrow", seen=TUESDAY, day="2026-11-25") == ["tomorrow"]


def test_a_day_that_does_not_exist_breaks_nothing() -> None:
    assert found("it is tomorrow", now=TUESDAY, say="on 2026-02-30") == ["tomorrow"]


def test_a_day_in_words_is_known_with_all_its_parts() -> None:
    facts: dict[str, Json] = {"now": TUESDAY, "say": "You hear from us by 26 November."}

    assert found("by Thursday, 26 November 2026", **facts) == []
    assert found("by Monday, 26 November", **facts) == ["Monday, 26 November"]


def test_a_bare_figure_may_be_a_number_and_no_day() -> None:
    assert found("the 8th of them", count=8) == found("by the 8th", day="2026-12-08") == []
    assert found("by the 9th", count=8) == ["the 9th"]
    assert found("on Monday the 8th", count=8) == ["Monday the 8th"]


def test_a_day_that_may_be_either_of_two_is_known_by_one() -> None:
    assert found("on 3/4", day="2026-04-03") == found("on 3/4", day="2026-03-04") == []


def test_a_moment_with_a_zone_is_known_there_and_as_it_is_written() -> None:
    moment: Json = "2026-11-30T23:30:00+00:00"
    facts: dict[str, Json] = {"zone": "Europe/Madrid", "at": moment}

    assert found("on 30 November at 23:30, or on 1 December at 0:30", **facts) == []
    assert found("at 23:30", at="2026-11-30T23:30:00+05:00") == []


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "Europe/" + "x" * 300, "/", "CET"])
def test_what_names_no_place_is_no_zone(zone: str) -> None:
    assert found("at 0:30", zone=zone, at="2026-11-30T23:30:00+00:00") == ["0:30"]


def test_a_moment_without_a_zone_is_the_same_in_every_zone() -> None:
    assert found("at 0:30", zone="Europe/Madrid", at="2026-11-30T23:30:00") == ["0:30"]


def test_a_day_alone_is_no_midnight() -> None:
    assert found("at 0:00", day="2026-11-30") == ["0:00"]
    assert found("it takes 10 hours", day="2026-11-30", at="2026-11-30T10:00:00") == ["10"]


def test_how_long_it_is_from_one_moment_to_another_is_known() -> None:
    start, end = "2026-11-30T10:00:00+00:00", "2026-11-30T12:00:00+00:00"

    assert found("it takes 120 minutes, or 2 hours", start=start, end=end) == []
    assert found("it takes 120 minutes", start=end, end=start) == []
    assert found("it takes 3 hours", start=start, end=end) == ["3"]
    assert found("it is 12 hours", start=start, end="2026-11-30T22:00:00+00:00") == []
    assert found("it is 13 hours", start=start, end="2026-11-30T23:00:00+00:00") == ["13"]
    assert found("it is 730 minutes", start=start, end="2026-11-30T22:10:00+00:00") == ["730"]


def test_stretches_are_worked_out_between_the_first_dozen_moments() -> None:
    hours = [f"2026-11-{day:02}T10:00:00" for day in range(1, 12)]
    last = ["2026-11-30T10:00:00", "2026-11-30T10:25:00"]

    assert found("it takes 25 minutes", at=[*hours[:10], *last]) == []
    assert found("it takes 25 minutes", at=[*hours, *last]) == ["25"]


# --- outcomes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "text", "true"),
    [
        ("advance", "congratulations", True),
        ("offer", "congratulations", True),
        ("reject", "congratulations", False),
        ("advance", "a decision was made", True),
        ("offer", "a decision was made", True),
        ("rejected", "a decision was made", True),
        ("pending", "a decision was made", False),
        ("advance", "your offer", False),
        ("moving forward", "congratulations", True),
        ("They want to proceed.", "congratulations", True),
        ("A decision was made.", "a decision has been taken", True),
        ("A decision was made.", "congratulations", False),
        ("Good news!", "your offer", False),
        ("on-hold", "it is on hold", True),
        ("The search was frozen.", "it is on hold", True),
    ],
)
def test_an_outcome_is_true_by_any_fact_that_implies_it(told: str, text: str, true: bool) -> None:
    assert (found(text, decision=told) == []) is true


@pytest.mark.parametrize(
    "text",
    [
        "this is no offer letter",
        "it is not on hold",
        "it has not been closed",
        "nothing is booked",
        "it never was moved",
        "there is no good news",
        "no decision was made",
    ],
)
def test_what_is_denied_is_not_claimed(text: str) -> None:
    assert not {"offer letter", "on hold", "been closed", "is booked", "was moved"} & set(
        found(text)
    )
    assert "good news" not in found(text) and "decision was made" not in found(text)


def test_a_no_cannot_be_denied_away() -> None:
    assert found("it is not that you were rejected") == ["rejected"]


def test_where_there_is_no_outcome_it_is_open() -> None:
    assert found("nobody has it: still deciding", decision=None) == []
    assert found("nobody has it: still deciding", place=None) == ["still deciding"]


def test_an_hour_that_is_known_is_an_appointment_that_stands() -> None:
    assert found("it is booked", at="2026-11-30T10:00:00") == []
    assert found("it is booked", day="2026-11-30") == ["is booked"]


@pytest.mark.parametrize(
    "doubt", ["requested", "tentative", "proposed", "unconfirmed", "cancelled", "canceled"]
)
def test_an_appointment_that_the_facts_doubt_does_not_stand(doubt: str) -> None:
    assert found("it is booked", at="2026-11-30T10:00:00", state=doubt) == ["is booked"]


# --- what is private ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ({"released": False}, False),
        ({"released": True}, True),
        ({"decision_released_at": None}, False),
        ({"decision_released_by": "Dana"}, True),
        ({"embargo": True}, False),
        ({"embargoed": False}, True),
        ({"held": True}, False),
        ({"held": False}, True),
        ({"seen": False}, True),
    ],
)
def test_an_outcome_beside_the_word_that_it_is_not_released_is_not_known(
    held: Mapping[str, Json], told: bool
) -> None:
    assert (found("congratulations", Decision="advance", **held) == []) is told


def test_only_the_outcome_is_held_and_not_what_stands_beside_it() -> None:
    assert found("we met Ana", released=False, recruiter="Ana", result="advance") == []


def test_words_of_what_is_private_are_not_repeated_unless_they_are_public_or_common() -> None:
    facts: dict[str, Json] = {
        "Private_Notes": {"of": ["hesitant about kafka's brokers", "their design"]},
        "topic": "design",
    }

    assert found("hesitant, brokers, kafka, their, design", **facts) == [
        "hesitant",
        "brokers",
        "kafka",
    ]


def test_short_words_of_a_note_may_be_repeated() -> None:
    assert found("we like cake", secret="cake") == []


def test_only_what_is_private_is_hidden() -> None:
    assert found("false or not", remote_ok=False) == []
