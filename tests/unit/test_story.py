"""What people of the team say about a process, folded with everything else."""

from datetime import timedelta
from itertools import permutations
from typing import Any

from bot.domain.story import Story, fold
from bot.sources.api import read_event
from tests.factories import DAY, HOUR, NOON, completed, decided, event, interview, released

DANA = "dana@northwind.example"


def story(*events: dict[str, Any]) -> Story:
    return fold(read_event(raw) for raw in events)


def topics(told: Story) -> tuple[str, ...]:
    return told.visits[0].interviews[0].topics


def struck(*words: str) -> dict[str, Any]:
    told = {"ref": "int-1", "topics": list(words)}
    return event("interview.topics_struck", NOON - HOUR, interview=told)


def recalled(after: timedelta) -> dict[str, Any]:
    return event("decision.recalled", NOON + after, decision={"recalled_by": DANA})


def expected(after: timedelta, **told: Any) -> dict[str, Any]:
    return event("decision.expected", NOON + after, decision={"told_by": "Tom Baker", **told})


def test_a_struck_topic_is_gone_whoever_names_it_before_or_after() -> None:
    told = interview(topics=["On-call ", "databases"])
    named = event("interview.completed", NOON, interview=told)
    again = event("scorecard.submitted", NOON + HOUR, interview=interview(topics=["on-call"]))

    assert topics(story(named, struck("on-call"))) == ("databases",)
    assert topics(story(named, struck("on-call"), again)) == ()


def test_striking_topics_is_no_report_about_the_interview_itself() -> None:
    told = story(completed(), struck("databases"))

    assert told.visits[0].ended_at == NOON
    assert topics(told) == ("event-driven design",)


def test_a_release_that_is_taken_back_never_happened_and_may_happen_again() -> None:
    until_then = [completed(), decided(NOON + DAY), released(NOON + 2 * DAY)]
    back = recalled(2 * DAY + HOUR)

    assert story(*until_then).released
    assert story(*until_then, back).released is None
    assert story(*until_then, back).decision
    again = story(*until_then, back, released(NOON + 3 * DAY)).released
    assert again and again.released_at == NOON + 3 * DAY


def test_a_release_that_is_taken_back_before_any_decision_changes_nothing() -> None:
    assert story(completed(), recalled(HOUR)).decision is None


def test_the_newest_word_about_when_the_decision_comes_counts() -> None:
    first = expected(DAY, expected_by=(NOON + 3 * DAY).isoformat())
    second = expected(2 * DAY, reason="the panel meets on Monday")

    told = story(completed(), first).expected
    assert told and (told.by, told.told_by) == (NOON + 3 * DAY, "Tom Baker")
    newest = story(completed(), first, second).expected
    assert newest and (newest.by, newest.reason) == (None, "the panel meets on Monday")


def test_the_order_in_which_the_team_is_heard_changes_nothing() -> None:
    told = [
        completed(),
        struck("event-driven design"),
        decided(NOON + DAY),
        released(NOON + 2 * DAY),
        recalled(2 * DAY + HOUR),
        expected(3 * DAY, reason="the panel meets on Monday"),
    ]

    stories = {repr(story(*order)) for order in permutations(told)}

    assert len(stories) == 1
