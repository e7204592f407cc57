"""By which channel a word goes, what comes after one that got lost, and who is left alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.daytime import Local
from bot.domain.journey import Fate, Planned, Rules, Said, plan
from bot.domain.model import Channel, Consent
from bot.domain.routes import Reach
from bot.domain.story import fold
from bot.sources.api import read_event
from bot.stages import load_stages
from tests.factories import (
    BY_WHATSAPP,
    DAY,
    HOUR,
    LONDON,
    NIGHT,
    NOON,
    completed,
    decided,
    event,
    interview,
    released,
)

WHATSAPP, EMAIL = Channel.WHATSAPP, Channel.EMAIL
AGREED, STOPPED, SILENT = Consent(granted=True), Consent(revoked=True), Consent()
BOTH = Reach(has=frozenset(Channel), whatsapp=AGREED, email=AGREED)
STAGES = load_stages(Path(__file__).parents[2] / "flows" / "post_interview.yaml")
MOMENT = timedelta(seconds=1)


def owed(
    *told: dict[str, Any],
    reach: Reach = BOTH,
    said: Sequence[Said] = (),
    now: datetime = NOON,
    news_only: bool = False,
) -> dict[str, Planned]:
    rules = Rules(STAGES, Local(zone=LONDON, quiet=NIGHT), reach, news_only=news_only)
    story = fold(read_event(raw) for raw in told)
    return {item.stage: item for item in plan("1", story, said, rules, now)}


def attempt(key: str, fate: Fate, at: datetime = NOON + HOUR, channel: Channel = WHATSAPP) -> Said:
    return Said(
        stage=key.split(":")[1],
        key=key,
        at=at,
        arrived_at=at if fate is Fate.ARRIVED else None,
        counts=True,
        fate=fate,
        channel=channel,
    )


THANKS = "1:thank_you:int-1"
AGAIN = f"2/{THANKS}"


@pytest.mark.parametrize(
    ("reach", "ways"),
    [
        (BOTH, [WHATSAPP, EMAIL]),
        (replace(BOTH, has=frozenset({EMAIL})), [EMAIL]),
        (replace(BOTH, has=frozenset()), []),
        (replace(BOTH, whatsapp=SILENT), [EMAIL]),
        (replace(BOTH, whatsapp=STOPPED), [EMAIL]),
        (replace(BOTH, email=SILENT), [WHATSAPP]),
        (replace(BOTH, email=STOPPED), [WHATSAPP]),
        (replace(BOTH, prefers_email=True), [EMAIL]),
        (replace(BOTH, prefers_email=True, email=SILENT), []),
        (replace(BOTH, doubted=True), [EMAIL]),
        (replace(BOTH, doubted=True, email=SILENT), []),
    ],
)
def test_only_channels_that_were_agreed_to_are_used_the_best_first(
    reach: Reach, ways: list[Channel]
) -> None:
    assert list(reach.ways()) == ways


@pytest.mark.parametrize(
    ("reach", "why"),
    [
        (replace(BOTH, prefers_email=True), "e-mail"),
        (replace(BOTH, whatsapp=STOPPED), "opted out"),
        (replace(BOTH, has=frozenset()), "number"),
        (replace(BOTH, whatsapp=SILENT), "consent"),
        (replace(BOTH, doubted=True), "somebody else may have their WhatsApp number"),
    ],
)
def test_a_recruiter_reads_why_no_channel_may_be_used(reach: Reach, why: str) -> None:
    assert why in reach.why_not()


def test_a_word_goes_by_the_best_way() -> None:
    assert owed(completed())["thank_you"].way is WHATSAPP
    assert owed(completed(), reach=replace(BOTH, prefers_email=True))["thank_you"].way is EMAIL


def test_a_recruiter_reads_why_a_word_goes_then() -> None:
    first = owed(completed())["thank_you"]

    assert first.reason == "the preferred moment: Tue 24 Nov, 12:40 in Europe/London"


def test_where_no_way_is_left_a_person_writes() -> None:
    nobody = owed(completed(), reach=replace(BOTH, has=frozenset()))

    assert nobody["thank_you"].way is None
    assert "number" in nobody["thank_you"].reason


def test_a_failed_word_goes_by_the_next_way_and_then_by_hand() -> None:
    failed = attempt(THANKS, Fate.FAILED)

    second = owed(completed(), said=[failed], now=NOON + HOUR)["thank_you"]
    assert (second.key, second.way) == (AGAIN, EMAIL)
    assert second.reason.startswith("WhatsApp did not reach them; ")

    both = [failed, attempt(AGAIN, Fate.FAILED, channel=EMAIL)]
    third = owed(completed(), said=both, now=NOON + HOUR)["thank_you"]
    assert (third.key, third.way) == (f"3/{THANKS}", None)
    assert third.reason == "WhatsApp and e-mail did not reach them"


@pytest.mark.parametrize("fate", [Fate.ARRIVED, Fate.DROPPED])
def test_what_arrived_or_was_dropped_by_a_person_is_settled_for_good(fate: Fate) -> None:
    later = NOON + 3 * DAY

    assert "thank_you" not in owed(completed(), said=[attempt(THANKS, fate)], now=later)


@pytest.mark.parametrize("fate", [Fate.ON_ITS_WAY, Fate.UNSURE])
def test_what_nobody_saw_arrive_within_six_hours_is_tried_another_way(fate: Fate) -> None:
    said, six_hours_on = [attempt(THANKS, fate)], NOON + 7 * HOUR

    assert "thank_you" not in owed(completed(), said=said, now=six_hours_on - MOMENT)
    assert owed(completed(), said=said, now=six_hours_on)["thank_you"].way is EMAIL


def test_a_final_word_of_which_nobody_knows_whether_it_left_is_never_sent_again() -> None:
    told = (completed(), decided(NOON, "advance"), released(NOON))
    key = f"1:next_step:{NOON:%Y%m%dT%H%M%S}"

    assert "next_step" not in owed(*told, said=[attempt(key, Fate.UNSURE)], now=NOON + DAY)
    for lost in (Fate.FAILED, Fate.ON_ITS_WAY):
        assert owed(*told, said=[attempt(key, lost)], now=NOON + DAY)["next_step"].way is EMAIL


def test_a_word_whose_moment_has_passed_is_for_a_person() -> None:
    late = owed(completed(), now=NOON + 36 * HOUR)["thank_you"]

    assert late.way is None
    assert owed(completed(), now=NOON + 36 * HOUR - MOMENT)["thank_you"].way is WHATSAPP


def test_a_visit_whose_name_looks_like_a_second_attempt_is_none() -> None:
    odd = event("interview.completed", NOON, interview=interview(ref="2/int-1"))

    first = owed(odd)["thank_you"]

    assert first.key == "1:thank_you:2/int-1"
    assert "thank_you" not in owed(odd, said=[attempt(first.key, Fate.ARRIVED)])


def test_one_update_climbs_before_the_next_is_owed() -> None:
    lost = attempt("1:status_update:1", Fate.FAILED, NOON + 2 * DAY)

    update = owed(completed(), said=[lost], now=NOON + 2 * DAY)["status_update"]

    assert (update.key, update.way) == ("2/1:status_update:1", EMAIL)


# --- who is left alone ----------------------------------------------------------------------


def test_after_a_stop_only_the_final_word_is_owed_by_e_mail() -> None:
    stopped = replace(BOTH, whatsapp=STOPPED)
    told = (completed(), decided(NOON, "reject"), released(NOON))

    assert owed(completed(), reach=stopped) == {}
    assert owed(*told, reach=stopped)["rejection"].way is EMAIL
    arrived = attempt(f"1:rejection:{NOON:%Y%m%dT%H%M%S}", Fate.ARRIVED, channel=EMAIL)
    assert owed(*told, reach=stopped, said=[arrived]) == {}


def test_who_said_stop_and_then_asked_for_e_mail_gets_everything_there() -> None:
    moved = replace(BOTH, whatsapp=STOPPED, prefers_email=True)

    assert {item.way for item in owed(completed(), reach=moved).values()} == {EMAIL}


def test_who_wants_news_only_is_spared_updates_and_nothing_else() -> None:
    told = (completed(), decided(NOON, "advance"), released(NOON))

    assert set(owed(completed(), news_only=True)) == {"thank_you"}
    assert "next_step" in owed(*told, news_only=True)


def test_nobody_is_asked_to_send_a_survey_or_a_reminder_by_hand() -> None:
    nobody = replace(BOTH, has=frozenset())
    told = (completed(), decided(NOON, "advance", link="https://slots.example/1"), released(NOON))
    final = attempt(f"1:next_step:{NOON:%Y%m%dT%H%M%S}", Fate.ARRIVED)

    assert owed(*told, said=[final], reach=nobody) == {}


# --- appointments ---------------------------------------------------------------------------


LINK = "https://slots.example/1"


def linked(
    *more: dict[str, Any], at: Sequence[datetime] = (NOON + HOUR,), link: str = LINK
) -> dict[str, Planned]:
    told = (completed(), decided(NOON, link=link), released(NOON))
    key = f"1:next_step:{NOON:%Y%m%dT%H%M%S}"
    finals = [attempt(key, Fate.ARRIVED, arrived) for arrived in at]
    return owed(*told, *more, said=finals, reach=BY_WHATSAPP, now=NOON + HOUR)


def test_an_unused_link_is_reminded_of_after_two_days() -> None:
    reminder = linked()["link_reminder"]

    assert NOON + 49 * HOUR <= reminder.due_at <= NOON + 3 * DAY + HOUR


def test_a_link_that_arrived_twice_is_reminded_of_once_counted_from_the_first() -> None:
    reminder = linked(at=[NOON + 3 * HOUR, NOON + 2 * HOUR])["link_reminder"]

    assert reminder.since == NOON + 2 * HOUR
    assert reminder.key == "1:link_reminder:20261124T140000"


def test_without_a_link_or_before_it_arrives_there_is_nothing_to_remind_of() -> None:
    assert "link_reminder" not in linked(link="")
    assert "link_reminder" not in linked(at=[])
    assert "link_reminder" not in linked(at=[NOON - DAY])
    assert "link_reminder" not in linked(at=[NOON])


def test_an_appointment_made_since_needs_no_reminder_of_the_link() -> None:
    second = interview(NOON + 7 * DAY, ref="int-2")

    plans = linked(event("interview.scheduled", NOON + 2 * HOUR, interview=second))

    assert "link_reminder" not in plans
    begins = NOON + 7 * DAY - HOUR
    assert begins - DAY <= plans["appointment"].due_at <= begins - 4 * HOUR


def test_a_moved_appointment_is_reminded_of_anew() -> None:
    def reminder(at: datetime) -> Planned:
        return owed(event("interview.scheduled", NOON, interview=interview(at)))["appointment"]

    assert reminder(NOON + 5 * DAY).key != reminder(NOON + 6 * DAY).key


def test_an_appointment_in_a_few_hours_needs_no_reminder() -> None:
    soon = event("interview.scheduled", NOON, interview=interview(NOON + 2 * HOUR))

    assert "appointment" not in owed(soon)
