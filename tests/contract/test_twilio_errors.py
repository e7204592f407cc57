"""The table of Twilio's codes: complete enough, readable, and checked when it is edited."""

from pathlib import Path

import pytest

from bot.channels.errors import SHIPPED, load_errors, twilio_errors
from bot.domain.errors import BadConfig
from bot.domain.retrying import Reaction


@pytest.mark.parametrize(
    ("code", "reaction"),
    [
        ("20429", Reaction.RETRY),
        ("20003", Reaction.PAUSE),
        ("21211", Reaction.PERMANENT),
        ("21610", Reaction.OPT_OUT),
        ("21611", Reaction.RETRY),
        ("63003", Reaction.PERMANENT),
        ("63007", Reaction.PAUSE),
        ("63012", Reaction.RETRY),
        ("63014", Reaction.OPT_OUT),
        ("63016", Reaction.TEMPLATE),
        ("63018", Reaction.RETRY),
        ("63024", Reaction.PERMANENT),
        ("63041", Reaction.ALERT),
        ("63049", Reaction.PERMANENT),
        ("63051", Reaction.PAUSE),
    ],
)
def test_known_codes_have_their_reaction(code: str, reaction: Reaction) -> None:
    assert twilio_errors().entry(code).reaction is reaction


@pytest.mark.parametrize("code", ["", "12", "99999", "x", "-1", "٣", "9" * 50])
def test_unknown_codes_are_final_below_500_and_pass_from_500_on(code: str) -> None:
    assert twilio_errors().entry(code, 400).reaction is Reaction.PERMANENT
    assert twilio_errors().entry(code, 500).reaction is Reaction.RETRY


def test_every_meaning_ends_a_sentence_that_a_recruiter_reads() -> None:
    for code, entry in twilio_errors().file.codes.items():
        reason = twilio_errors().refusal(str(code)).reason

        assert reason == f"WhatsApp did not take it: {entry.meaning}"
        assert not entry.meaning.endswith(".")
        assert not any(digits in entry.meaning for digits in ("HTTP", "API", "Sid", str(code)))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("reaction: opt_out", "reaction: opt-out", "codes.21610.reaction"),
        ("first: 1m", "fist: 1m", "fist"),
        ("  63003:", "  wrong:", "wrong"),
    ],
)
def test_a_slip_in_the_file_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    file = tmp_path / "errors.yaml"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BadConfig, match=rf"errors.yaml:\d+: .*{named}"):
        load_errors(file)
