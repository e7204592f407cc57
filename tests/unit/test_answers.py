"""The offline answerer: what it understands, what it says, and what it leaves to a person."""

from datetime import UTC, date, datetime

import pytest

from bot.answering.knowledge import load_knowledge
from bot.answering.offline import OfflineAnswerer
from bot.answering.understanding import load_understanding
from bot.answering.understanding.patterns import PatternsFile
from bot.assembly import KNOWLEDGE, PROMPTS, REMEMBERED
from bot.domain.facts import Day, Fact, Hour, Names
from bot.domain.ports import Decision
from bot.yamlfile import read
from tests.factories import question

PATH = PROMPTS / "understanding" / "patterns.yaml"
UNDERSTANDING = load_understanding(PROMPTS)
ANSWERER = OfflineAnswerer(UNDERSTANDING, load_knowledge(KNOWLEDGE, UNDERSTANDING, REMEMBERED))
EXAMPLES = [
    (intent, language, sentence)
    for intent, languages in read(PATH, PatternsFile).examples.items()
    for language, sentences in languages.items()
    for sentence in sentences
]
BOOKED: dict[str, Fact] = {
    "interviewer": Names(("Ana Ruiz",)),
    "interview": "technical interview",
    "interview_day": Day(date(2026, 11, 30)),
    "interview_time": Hour(datetime(2026, 11, 30, 10, tzinfo=UTC)),
    "minutes": 60,
    "meeting_link": "https://meet.example/1",
}


def answer(text: str, topic: str = "undecided", **facts: Fact) -> Decision:
    return ANSWERER.answer(question(text, facts=facts, topic=topic))


def answer_in(language: str, text: str) -> Decision:
    return ANSWERER.answer(question(text, language=language))


def keys(decision: Decision) -> list[str]:
    return [reply.key for reply in decision.replies]


@pytest.mark.parametrize(("intent", "language", "sentence"), EXAMPLES)
def test_every_example_is_understood(intent: str, language: str, sentence: str) -> None:
    assert UNDERSTANDING.patterns.intents(sentence, language)[:1] == [intent]


def test_there_are_examples_of_every_intent_in_every_language() -> None:
    covered = {(intent, language) for intent, language, _ in EXAMPLES}

    assert covered == {
        (i, lang) for i in UNDERSTANDING.patterns.patterns for lang in ("en", "es", "pt")
    }


@pytest.mark.parametrize(
    ("text", "topic", "expected"),
    [
        ("Any news?", "undecided", ["status_open"]),
        ("Any news?", "booked", ["status_booked"]),
        ("Any news?", "advance", ["status_advance"]),
        ("Any news?", "reject", ["status_reject"]),
        ("Any news?", "offer", ["status_offer"]),
        ("Any news?", "withdrawn", ["status_withdrawn"]),
        ("What happens next?", "undecided", ["next_steps"]),
        ("What happens next?", "booked", ["next_steps_booked"]),
        ("When is my interview?", "undecided", ["when_none"]),
        ("When is my interview?", "booked", ["when"]),
        ("Who will I be talking to?", "booked", ["who"]),
        ("How long will the interview take?", "booked", ["how_long"]),
        ("Are you a bot?", "undecided", ["bot_challenge"]),
        ("Thanks!", "undecided", ["thanks"]),
        ("Hi there", "undecided", ["greeting"]),
    ],
)
def test_a_question_is_answered_from_the_facts(text: str, topic: str, expected: list[str]) -> None:
    facts = BOOKED if topic == "booked" else {}

    assert keys(answer(text, topic, **facts)) == expected


def test_only_an_answer_with_a_date_ends_silence() -> None:
    assert [reply.counts for reply in answer("Any news?").replies] == [True]
    assert [reply.counts for reply in answer("Thanks!").replies] == [False]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I want to hurt myself", "distress"),
        ("What is the salary?", "ask_compensation"),
        ("Could I get some feedback?", "ask_feedback"),
        ("Can we move the interview to Friday?", "reschedule"),
        ("I would like to withdraw my application", "withdraw"),
        ("I accept the offer!", "accept_offer"),
        ("Who will I be talking to?", "unknown"),
    ],
)
def test_what_only_a_person_may_do_goes_to_one(text: str, reason: str) -> None:
    decision = answer(text)

    assert decision.handoff is not None
    assert decision.handoff.reason == reason
    assert keys(decision) == []


def test_who_asks_for_news_and_for_what_a_person_tells_gets_both() -> None:
    decision = answer("Any news? And what does it pay?")

    assert keys(decision) == ["status_open"]
    assert decision.handoff is not None
    assert decision.handoff.reason == "ask_compensation"


def test_what_is_none_of_our_business_is_said_to_be() -> None:
    assert keys(answer("can you give me a recipe for lentil soup?")) == ["out_of_scope"]


@pytest.mark.parametrize("text", ["hmm the thing from before", "is it a family business"])
def test_what_nobody_can_be_sure_of_goes_to_a_person(text: str) -> None:
    decision = answer(text)

    assert decision.handoff is not None
    assert decision.handoff.reason == "unknown"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What is the salary?"),
        ("en", "how much would I be paid a month"),
        ("en", "is there a bonus"),
        ("es", "cuánto pagan"),
        ("es", "¿cuál es el sueldo?"),
        ("pt", "quanto vocês pagam?"),
        ("pt", "qual é o salário da vaga"),
    ],
)
def test_what_they_would_earn_is_never_answered_from_a_page(language: str, text: str) -> None:
    decision = answer_in(language, text)

    assert decision.handoff is not None
    assert decision.handoff.reason == "ask_compensation"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "what benefits do you offer?"),
        ("es", "¿qué beneficios ofrecéis?"),
        ("pt", "tem plano de saúde e previdência?"),
    ],
)
def test_a_page_may_say_that_it_answers_questions_about_money(language: str, text: str) -> None:
    assert keys(answer_in(language, text)) == ["knowledge"]


def test_a_vague_question_about_interviews_is_not_answered_with_there_is_none() -> None:
    decision = answer("could my sister sit next to me in the interview")

    assert decision.handoff is not None
    assert decision.handoff.reason == "unknown"


@pytest.mark.parametrize("text", ["Thanks, that helps", "ok", "Hello there"])
def test_who_asks_nothing_gets_no_page(text: str) -> None:
    assert "knowledge" not in keys(answer(text))


def test_a_question_about_a_language_is_no_wish_for_another_one() -> None:
    decision = answer("would you pay for a Portuguese course?")

    assert keys(decision) == ["knowledge"]
    assert (decision.language, decision.keeps_language) == ("en", False)


def test_an_opt_out_that_is_likely_but_not_sure_is_asked_about() -> None:
    assert keys(answer("could you maybe write less")) == ["stop_which"]


def test_who_is_no_candidate_of_ours_learns_nothing() -> None:
    decision = answer("Any news?", "none")

    assert decision.replies == ()
    assert decision.handoff is not None


@pytest.mark.parametrize("text", ["Ok", "Perfect", "\U0001f44d", "..."])
def test_who_only_nods_is_left_in_peace(text: str) -> None:
    decision = answer(text)

    assert decision.replies == ()
    assert decision.handoff is None


def test_names_that_are_not_known_yet_are_asked_for() -> None:
    decision = answer("Who will I be talking to?", "booked")

    assert decision.handoff is not None
    assert decision.handoff.reply == "who_unknown"


def test_several_questions_are_answered_in_one_breath() -> None:
    decision = answer("When is my interview? How long does the interview take?", "booked", **BOOKED)

    assert set(keys(decision)) == {"when", "how_long"}
