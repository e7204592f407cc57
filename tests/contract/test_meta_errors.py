"""The table of Meta's codes: complete enough, and readable."""

import pytest

from bot.channels.errors import meta_errors, twilio_errors
from bot.domain.retrying import Reaction

NAMED = """0 1 2 3 4 10 33 100 190 200 368 80007 130429 130472 130497 131000 131008 131009 131016
131021 131026 131030 131031 131037 131042 131045 131047 131048 131049 131050 131051 131052 131053
131056 131057 131062 131063 131064 132000 132001 132005 132007 132008 132012 132015 132016 133004
133005 133010 133016 135000 137000"""
"""Every code that may come with a message, by Meta's own list."""


@pytest.mark.parametrize(
    ("code", "reaction"),
    [
        ("0", Reaction.PAUSE),
        ("4", Reaction.RETRY),
        ("33", Reaction.PAUSE),
        ("100", Reaction.ALERT),
        ("190", Reaction.PAUSE),
        ("368", Reaction.PAUSE),
        ("130429", Reaction.RETRY),
        ("130472", Reaction.PERMANENT),
        ("131026", Reaction.PERMANENT),
        ("131042", Reaction.PAUSE),
        ("131047", Reaction.TEMPLATE),
        ("131048", Reaction.PAUSE),
        ("131049", Reaction.PERMANENT),
        ("131050", Reaction.ALERT),
        ("131056", Reaction.RETRY),
        ("131057", Reaction.RETRY),
        ("132001", Reaction.ALERT),
        ("132015", Reaction.ALERT),
        ("133010", Reaction.PAUSE),
        ("137000", Reaction.PERMANENT),
    ],
)
def test_known_codes_have_their_reaction(code: str, reaction: Reaction) -> None:
    assert meta_errors().entry(code).reaction is reaction


@pytest.mark.parametrize("code", NAMED.split())
def test_every_code_that_meta_names_is_in_the_table(code: str) -> None:
    assert meta_errors().meaning(code)


@pytest.mark.parametrize("code", ["", "12", "99999", "x", "-1", "9" * 50])
def test_unknown_codes_are_final_below_500_and_pass_from_500_on(code: str) -> None:
    assert meta_errors().entry(code, 400).reaction is Reaction.PERMANENT
    assert meta_errors().entry(code, 500).reaction is Reaction.RETRY


def test_no_code_stops_all_of_whatsapp_for_a_candidate() -> None:
    """A candidate who wants no marketing still wants to hear about the interview."""
    assert Reaction.OPT_OUT not in {one.reaction for one in meta_errors().file.codes.values()}


def test_every_meaning_ends_a_sentence_that_a_recruiter_reads() -> None:
    for code, entry in meta_errors().file.codes.items():
        reason = meta_errors().refusal(str(code)).reason

        assert reason == f"WhatsApp did not take it: {entry.meaning}"
        assert not entry.meaning.endswith(".")
        assert not any(word in entry.meaning for word in ("HTTP", "API", "WABA", "BSUID"))


def test_one_candidate_being_written_to_too_fast_holds_up_that_one_alone() -> None:
    pair, number = meta_errors().entry("131056"), meta_errors().entry("131048")

    assert pair.first.total_seconds() == 6
    assert (pair.reaction.of_the_number, number.reaction.of_the_number) == (False, True)


def test_the_tables_of_carriers_are_apart() -> None:
    assert not twilio_errors().meaning("131047")
    assert not meta_errors().meaning("63016")
