"""What follows from what a carrier has, about a message that nobody can vouch for."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.model import State
from bot.domain.ports import CannotTell, Sighting
from bot.domain.settling import Doubt, Step, next_look, settle
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
IT = Sighting(provider_id="SM1", status=State.SENT, at=NOON, same_words=True)
PERHAPS = replace(IT, provider_id="SM2", same_words=False)
NOTHING = Doubt(told=[], twin=False, last_look=True, repeatable=True)


@pytest.mark.parametrize(
    ("now", "look"),
    [
        (NOON, NOON + MINUTE),
        (NOON + MINUTE, NOON + 5 * MINUTE),
        (NOON + 4.9 * MINUTE, NOON + 5 * MINUTE),
        (NOON + 5 * MINUTE, NOON + 15 * MINUTE),
        (NOON + 15 * MINUTE, None),
        (NOON + 600 * MINUTE, None),
    ],
)
def test_the_carrier_is_asked_after_one_five_and_fifteen_minutes(
    now: datetime, look: datetime | None
) -> None:
    assert next_look(NOON, now) == look


@pytest.mark.parametrize("last_look", [True, False])
@pytest.mark.parametrize("told", [[IT], [IT, PERHAPS], [PERHAPS, IT]])
def test_one_message_with_our_words_is_it(told: list[Sighting], last_look: bool) -> None:
    doubt = replace(NOTHING, told=told, last_look=last_look)

    assert settle(doubt) == (Step.FOUND, "")
    assert doubt.found == IT


@pytest.mark.parametrize(
    ("doubt", "why"),
    [
        (replace(NOTHING, told=[IT], twin=True), "could be this one"),
        (replace(NOTHING, told=[IT, IT]), "could be this one"),
        (replace(NOTHING, told=[PERHAPS]), "could be this one"),
        (replace(NOTHING, told=[PERHAPS, PERHAPS]), "could be this one"),
        (replace(NOTHING, told=CannotTell("it is closed")), "it is closed"),
        (replace(NOTHING, repeatable=False), "does not have it"),
    ],
)
def test_what_stays_in_doubt_is_a_persons(doubt: Doubt, why: str) -> None:
    step, told = settle(doubt)

    assert step is Step.PERSON
    assert why in told
    assert settle(replace(doubt, last_look=False))[0] is Step.LATER


def test_what_the_carrier_never_had_goes_once_more_where_that_does_no_harm() -> None:
    assert settle(NOTHING) == (Step.REPEAT, "the carrier does not have it")
    assert settle(replace(NOTHING, last_look=False))[0] is Step.LATER
