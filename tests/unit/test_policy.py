"""may_send: one table of situations, and properties that hold in all of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Channel, Form, State
from bot.domain.policy import (
    Action,
    Purpose,
    Situation,
    Spoken,
    may_send,
    window_closes_at,
    window_open,
)
from tests.factories import HOUR, LONDON, NIGHT, NOON

MINUTE = timedelta(minutes=1)
MIDNIGHT = NOON + 12 * HOUR

STAGE = Situation(
    now=NOON,
    purpose=Purpose.STAGE,
    expires_at=NOON + HOUR,
    consented=True,
    has_template=True,
    zone=LONDON,
    quiet=NIGHT,
)
ANSWER = replace(
    STAGE, purpose=Purpose.ANSWER, consented=False, has_template=False, last_inbound_at=NOON
)
ACK = replace(ANSWER, purpose=Purpose.OPT_OUT_ACK, opted_out=True)
PERSON = replace(ANSWER, purpose=Purpose.PERSON, holder="Dana")
PUT_BACK: dict[str, Any] = {"since": NOON - HOUR, "forgotten_until": NOON - MINUTE}
ASK = replace(STAGE, purpose=Purpose.ASK, expires_at=None)
AT_NIGHT: dict[str, Any] = {"now": MIDNIGHT, "expires_at": None}


@pytest.mark.parametrize(
    ("situation", "action", "reason"),
    [
        (STAGE, Action.SEND, "template"),
        (replace(STAGE, now=NOON + HOUR), Action.REFUSE, "expired"),
        (replace(STAGE, now=NOON + HOUR - MINUTE), Action.SEND, "template"),
        (replace(STAGE, **PUT_BACK), Action.ASK_CARRIER, "the backup does not know"),
        (replace(STAGE, **PUT_BACK, now=NOON + HOUR), Action.ASK_CARRIER, "does not know"),
        (replace(STAGE, **PUT_BACK | {"since": NOON - MINUTE}), Action.SEND, "template"),
        (replace(STAGE, **PUT_BACK | {"forgotten_until": None}), Action.SEND, "template"),
        (replace(STAGE, opted_out=True), Action.REFUSE, "opted out"),
        (replace(STAGE, consented=False), Action.REFUSE, "consent"),
        (replace(STAGE, prefers_email=True), Action.REFUSE, "e-mail"),
        (replace(STAGE, owed=False), Action.REFUSE, "no longer owed"),
        (replace(STAGE, holder="Dana"), Action.HOLD, "Dana holds"),
        (replace(STAGE, unread=True), Action.WAIT, "just wrote"),
        (replace(STAGE, paused_by="Dana"), Action.HOLD, "Dana paused"),
        (replace(ANSWER, paused_by="Dana"), Action.HOLD, "Dana paused"),
        (replace(PERSON, paused_by="Dana"), Action.SEND, "window"),
        (replace(ACK, paused_by="Dana"), Action.SEND, "window"),
        (replace(STAGE, unapproved=True), Action.HOLD, "approved its words"),
        (replace(STAGE, unapproved=True, facts_changed=True), Action.WAIT, "facts changed"),
        (replace(STAGE, channel=Channel.EMAIL, has_template=False), Action.SEND, "by e-mail"),
        (replace(STAGE, channel=Channel.EMAIL, prefers_email=True), Action.SEND, "by e-mail"),
        (replace(STAGE, channel=Channel.EMAIL, consented=False), Action.REFUSE, "for e-mail"),
        (replace(STAGE, channel=Channel.EMAIL, opted_out=True), Action.REFUSE, "of e-mail"),
        (replace(STAGE, facts_changed=True), Action.WAIT, "facts changed"),
        (replace(STAGE, **AT_NIGHT), Action.WAIT, "quiet hours"),
        (replace(STAGE, has_template=False), Action.REFUSE, "no approved template"),
        (replace(STAGE, has_template=False, last_inbound_at=NOON), Action.SEND, "window"),
        (
            replace(STAGE, consented=False, last_inbound_at=NOON),
            Action.REFUSE,
            "consent",
        ),
        (replace(STAGE, **AT_NIGHT, last_inbound_at=MIDNIGHT), Action.WAIT, "quiet hours"),
        (ANSWER, Action.SEND, "window"),
        (replace(ANSWER, owed=False), Action.SEND, "window"),
        (replace(ANSWER, unapproved=True), Action.SEND, "window"),
        (replace(ANSWER, facts_changed=True), Action.SEND, "window"),
        (replace(ANSWER, opted_out=True), Action.REFUSE, "opted out"),
        (replace(ANSWER, holder="Dana"), Action.REFUSE, "Dana holds"),
        (replace(ANSWER, unread=True), Action.WAIT, "just wrote"),
        (replace(ANSWER, prefers_email=True), Action.SEND, "window"),
        (replace(ANSWER, **AT_NIGHT, last_inbound_at=MIDNIGHT - 5 * MINUTE), Action.SEND, "window"),
        (
            replace(ANSWER, **AT_NIGHT, last_inbound_at=MIDNIGHT - 6 * MINUTE),
            Action.WAIT,
            "quiet hours",
        ),
        (replace(ANSWER, now=NOON + 24 * HOUR, expires_at=None), Action.REFUSE, "closed"),
        (replace(STAGE, doubted=True), Action.REFUSE, "somebody else may have this number"),
        (replace(ANSWER, doubted=True), Action.REFUSE, "somebody else may have this number"),
        (replace(PERSON, doubted=True), Action.REFUSE, "somebody else may have this number"),
        (replace(ACK, doubted=True), Action.SEND, "window"),
        (ACK, Action.SEND, "window"),
        (replace(ACK, **AT_NIGHT, last_inbound_at=NOON), Action.SEND, "window"),
        (replace(ACK, holder="Dana"), Action.SEND, "window"),
        (PERSON, Action.SEND, "window"),
        (replace(PERSON, unread=True), Action.SEND, "window"),
        (replace(PERSON, prefers_email=True), Action.SEND, "window"),
        (replace(PERSON, **AT_NIGHT), Action.SEND, "window"),
        (replace(PERSON, opted_out=True), Action.REFUSE, "opted out"),
        (replace(PERSON, now=NOON + 24 * HOUR, expires_at=None), Action.REFUSE, "consent"),
        (ASK, Action.SEND, "buttons"),
        (replace(ASK, last_inbound_at=NOON), Action.SEND, "buttons"),
        (replace(ASK, has_template=False, last_inbound_at=NOON), Action.SEND, "window"),
        (replace(ASK, has_template=False), Action.REFUSE, "no approved template"),
        (replace(ASK, channel=Channel.EMAIL, has_template=False), Action.SEND, "e-mail"),
        (replace(ASK, consented=False), Action.REFUSE, "consent"),
        (replace(ASK, opted_out=True), Action.REFUSE, "opted out"),
        (replace(ASK, owed=False), Action.REFUSE, "no longer owed"),
        (replace(ASK, facts_changed=True), Action.WAIT, "facts changed"),
        (replace(ASK, paused_by="Dana"), Action.HOLD, "paused"),
        (replace(ASK, rests_until=MIDNIGHT), Action.WAIT, "office hours"),
        (replace(ASK, now=MIDNIGHT), Action.SEND, "buttons"),
        (replace(ASK, holder="Dana"), Action.SEND, "buttons"),
    ],
)
def test_each_situation_has_its_verdict(situation: Situation, action: Action, reason: str) -> None:
    verdict = may_send(situation)

    assert verdict.action is action
    assert reason in verdict.reason


def test_what_nobody_said_permits_nothing() -> None:
    bare = Situation(now=NOON, purpose=Purpose.STAGE, zone=LONDON, quiet=NIGHT)

    assert "consent" in may_send(bare).reason
    assert "no approved template" in may_send(replace(bare, consented=True)).reason


def test_outside_the_window_only_a_template_goes_and_inside_and_by_e_mail_a_text() -> None:
    assert may_send(STAGE).form is Form.TEMPLATE
    assert may_send(replace(ASK, last_inbound_at=NOON)).form is Form.TEMPLATE
    assert may_send(replace(STAGE, last_inbound_at=NOON)).form is Form.TEXT
    assert may_send(replace(STAGE, channel=Channel.EMAIL)).form is Form.TEXT


def test_only_changed_facts_ask_for_new_words() -> None:
    changed, asleep = replace(STAGE, facts_changed=True), replace(STAGE, **AT_NIGHT)

    assert may_send(changed).reword
    assert not may_send(asleep).reword


def test_what_the_candidate_just_wrote_is_read_first_for_a_second() -> None:
    assert may_send(replace(STAGE, unread=True)).until == NOON + timedelta(seconds=1)


def test_what_expired_ends_as_expired_and_what_is_refused_as_cancelled() -> None:
    assert may_send(replace(STAGE, now=NOON + HOUR)).ends_as is State.EXPIRED
    assert may_send(replace(STAGE, consented=False)).ends_as is State.CANCELLED
    assert may_send(replace(STAGE, has_template=False)).ends_as is State.FAILED


def test_a_person_is_asked_to_write_only_where_the_candidate_would_else_hear_nothing() -> None:
    assert may_send(replace(STAGE, consented=False)).needs_a_person
    assert not may_send(replace(STAGE, opted_out=True)).needs_a_person
    assert not may_send(replace(STAGE, owed=False)).needs_a_person
    assert not may_send(replace(ANSWER, opted_out=True)).needs_a_person
    assert not may_send(replace(ANSWER, holder="Dana")).needs_a_person


def test_a_night_is_waited_out_until_its_end_where_the_candidate_is() -> None:
    assert may_send(replace(STAGE, **AT_NIGHT)).until == MIDNIGHT + 8 * HOUR


def test_the_window_closes_before_the_carrier_closes_it() -> None:
    closes = window_closes_at(NOON)

    assert closes == NOON + 24 * HOUR - 5 * MINUTE
    assert window_open(NOON, closes - MINUTE)
    assert not window_open(NOON, closes)
    assert not window_open(None, NOON)


situations = st.builds(
    Situation,
    now=st.integers(0, 72).map(lambda hours: NOON + hours * HOUR),
    purpose=st.sampled_from(Purpose),
    expires_at=st.none() | st.integers(0, 72).map(lambda hours: NOON + hours * HOUR),
    consented=st.booleans(),
    opted_out=st.booleans(),
    prefers_email=st.booleans(),
    holder=st.sampled_from(["", "Dana"]),
    unread=st.booleans(),
    owed=st.booleans(),
    facts_changed=st.booleans(),
    last_inbound_at=st.none() | st.integers(-48, 72).map(lambda hours: NOON + hours * HOUR),
    has_template=st.booleans(),
    zone=st.just(LONDON),
    quiet=st.just(NIGHT),
)


@given(situations)
def test_nothing_that_is_sent_breaks_a_right_or_a_rule_of_the_carrier(s: Situation) -> None:
    verdict = may_send(s)

    if verdict.action is not Action.SEND:
        assert verdict.reason
        return
    assert not s.opted_out or s.purpose is Purpose.OPT_OUT_ACK
    assert verdict.form is Form.TEMPLATE or window_open(s.last_inbound_at, s.now)
    if s.purpose in (Purpose.STAGE, Purpose.ASK):
        assert s.consented
        assert s.owed
    if s.purpose is Purpose.STAGE:
        assert not s.holder
        assert not s.quiet.cover(s.now, s.zone)


# --- one person, many processes -------------------------------------------------------------


def spoken(ago: timedelta, *, elsewhere: bool = True, final: bool = False) -> Spoken:
    return Spoken(at=NOON - ago, same_process=not elsewhere, final=final)


@pytest.mark.parametrize(
    ("lately", "final", "wait"),
    [
        ([], False, None),
        ([spoken(HOUR, elsewhere=False)], False, None),
        ([spoken(HOUR)], False, HOUR),
        ([spoken(2 * HOUR)], False, None),
        ([spoken(HOUR, final=True)], False, HOUR),
        ([spoken(HOUR, final=True)], True, 23 * HOUR),
        ([spoken(HOUR)], True, HOUR),
        ([spoken(23 * HOUR), spoken(20 * HOUR), spoken(5 * HOUR)], False, HOUR),
        ([spoken(h * HOUR, elsewhere=False) for h in (23, 20, 5)], False, None),
    ],
)
def test_the_words_of_several_processes_keep_apart(
    lately: list[Spoken], final: bool, wait: timedelta | None
) -> None:
    verdict = may_send(replace(STAGE, expires_at=None, lately=tuple(lately), final=final))

    if wait is None:
        assert verdict.action is Action.SEND
    else:
        assert (verdict.action, verdict.until) == (Action.WAIT, NOON + wait)
        assert "another process" in verdict.reason


def test_an_answer_waits_for_no_other_process() -> None:
    verdict = may_send(replace(ANSWER, lately=(spoken(HOUR, final=True),), final=True))

    assert verdict.action is Action.SEND


def test_a_stage_is_no_final_word_unless_it_says_so() -> None:
    assert may_send(replace(STAGE, lately=(spoken(2 * HOUR, final=True),))).action is Action.SEND


def test_keeping_apart_yields_to_the_end_of_the_window() -> None:
    lately = (spoken(HOUR),)

    held = may_send(replace(STAGE, lately=lately, latest_at=NOON + HOUR))
    assert held.action is Action.WAIT
    late = may_send(replace(STAGE, lately=lately, latest_at=NOON + HOUR - MINUTE))
    assert late.action is Action.SEND
