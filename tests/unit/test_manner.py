"""How a candidate is written to: their wish, the level of the job, the company; and the texts."""

import re
from pathlib import Path

import pytest

from bot.answering.understanding.manners import Manners
from bot.answering.understanding.patterns import PatternsFile, load_patterns
from bot.domain.manner import PLAIN, Culture, Length, Manner, Preference, Tone, manner
from bot.domain.model import Channel
from bot.prompts import LANGUAGES
from bot.yamlfile import read
from tests.unit.test_words import BOOK, FACTS, STAGES

FILE = Path(__file__).parents[2] / "prompts" / "manners.yaml"
MANNERS = Manners(load_patterns(FILE))
SAID = [
    (name, language, text)
    for name, languages in read(FILE, PatternsFile).examples.items()
    for language, texts in languages.items()
    for text in texts
]
FORMAL, SHORT = Manner(tone=Tone.FORMAL), Manner(length=Length.SHORT)
BOTH = Manner(tone=Tone.FORMAL, length=Length.SHORT)
FAMILIAR = {
    "en": r"\b(?:hi|hey|\w+'(?:s|re|ll|ve|t))\b",
    "es": r"\b(?:tú|tu|tus|te|ti|contigo|vos|vosotr\w+)\b",
    "pt": r"\b(?:você|vocês|tu|te|ti|contigo|a gente)\b",
}
"""What nobody says who is formal."""
SHORTEST = 45
"""Words of the longest short text, all told."""

every_language = pytest.mark.parametrize("language", LANGUAGES)
every_stage = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: str(stage.name))


# --- who is written to how ----------------------------------------------------------------


def test_a_wish_comes_before_the_level_and_the_level_before_the_company() -> None:
    culture = Culture(tone=Tone.WARM, levels={"director": Tone.FORMAL})

    assert manner(Preference(), "junior", culture) == PLAIN
    assert manner(Preference(), "Director", culture).tone is Tone.FORMAL
    assert manner(Preference(tone=Tone.WARM), "Director", culture).tone is Tone.WARM


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Preference(), "the job is of the level director"),
        (Preference(tone=Tone.FORMAL), "the candidate asked for it"),
        (
            Preference(length=Length.SHORT),
            "the candidate asked for the length; the job is of the level director",
        ),
    ],
)
def test_it_says_who_wanted_it_so(wish: Preference, why: str) -> None:
    assert manner(wish, "director", Culture(levels={"director": Tone.FORMAL})).why == why


def test_a_later_wish_leaves_alone_what_it_does_not_name() -> None:
    formal, short = Preference(tone=Tone.FORMAL), Preference(length=Length.SHORT)

    assert short.over(formal) == Preference(tone=Tone.FORMAL, length=Length.SHORT)
    assert not Preference()
    assert short


# --- what they write ----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "language", "text"), SAID)
def test_a_wish_is_heard_and_nothing_else_is_taken_for_one(
    name: str, language: str, text: str
) -> None:
    wish, rest = MANNERS.heard(text, language)

    assert {one for one in (wish.tone, wish.length) if one} == ({name} - {"never"})
    assert rest == (text if name == "never" else "")


def test_what_else_a_message_says_is_left_to_be_answered() -> None:
    wish, rest = MANNERS.heard("Shorter, please! When is my interview?\nLess formal please", "en")

    assert wish == Preference(tone=Tone.WARM, length=Length.SHORT)
    assert rest == "When is my interview?"


# --- the texts ----------------------------------------------------------------------------


@every_language
@every_stage
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("wanted", [FORMAL, SHORT, BOTH], ids=str)
def test_every_stage_is_said_in_every_manner(
    stage: object, language: str, channel: Channel, wanted: Manner
) -> None:
    texts = {text.name: text for text in BOOK.stages[stage.prompt, language]}  # type: ignore[attr-defined]

    worded = BOOK.stage(
        stage,  # type: ignore[arg-type]
        language,
        FACTS,
        (),
        introduce=True,
        channel=channel,
        manner=wanted,
    )

    text = texts[worded.name]
    assert wanted.tone in text.tones
    assert text.length is wanted.length
    if wanted.tone is Tone.FORMAL:
        assert not re.search(FAMILIAR[language], worded.text + worded.subject, re.IGNORECASE)


@every_language
def test_a_short_text_is_short_and_addresses_nobody(language: str) -> None:
    for (_, spoken), texts in BOOK.stages.items():
        for text in texts if spoken == language else ():
            if text.length is Length.SHORT:
                assert len(text.text.split()) <= SHORTEST, text.name
                assert text.tones == frozenset(Tone), text.name


def test_the_tone_is_kept_also_where_all_its_texts_were_said() -> None:
    (stage,) = (one for one in STAGES if one.name == "status_update")
    used: list[str] = []
    for _ in range(14):
        worded = BOOK.stage(stage, "es", FACTS, used, introduce=False, manner=FORMAL)
        used.append(worded.name)

    assert len(set(used)) == 6
    assert used[:6] == used[6:12]


def test_nobody_who_wished_for_nothing_gets_another_manner() -> None:
    for stage in STAGES:
        for language in LANGUAGES:
            used: list[str] = []
            for _ in range(12):
                used.append(BOOK.stage(stage, language, FACTS, used, introduce=False).name)
            said = [text for text in BOOK.stages[stage.prompt, language] if text.name in used]
            assert all(text.tones == {Tone.WARM} for text in said)
            assert all(text.length is Length.FULL for text in said)
