"""What candidates mean: the weights, the patterns beside them, and what both make of a message."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.answering.offline import SURE_OF_RIGHT
from bot.answering.understanding import URGENCY, Meaning, load_understanding
from bot.answering.understanding.embedding import embed
from bot.answering.understanding.features import WORDING, wording
from bot.answering.understanding.learning import Example, ExamplesFile, fitted, load_examples
from bot.answering.understanding.reading import OF_PATTERN
from bot.answering.understanding.weights import load_weights
from bot.assembly import PROMPTS
from bot.domain.errors import BadConfig
from bot.domain.rights import fold
from bot.training import check_weights
from bot.yamlfile import read

FROZEN = Path(__file__).parents[1] / "data" / "understanding"
UNDERSTANDING = load_understanding(PROMPTS)
LANGUAGES = ("en", "es", "pt")
FEWEST = 40
"""Examples of each intent in each language."""
RIGHT = 0.8
ASKED_BACK = 0.1
"""Of what is none, so much may be asked about: "do you mean the messages?"."""


def meaning(text: str, language: str = "en", after: str = "") -> Meaning:
    return UNDERSTANDING.read(text, language, after)


def names(text: str, language: str = "en", after: str = "") -> list[str]:
    return [one.name for one in meaning(text, language, after).intents]


def frozen(language: str) -> list[tuple[str, str]]:
    lines = (FROZEN / f"{language}.frozen.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["intent"]) for row in map(json.loads, lines)]


def stopping(kind: str, language: str) -> list[str]:
    texts = yaml.safe_load((FROZEN / "stopping.yaml").read_text(encoding="utf-8"))
    return list(texts[kind][language])


def opted_out(text: str, language: str) -> float:
    return meaning(text, language).confidence("opt_out")


# --- examples and weights -------------------------------------------------------------------


def test_the_weights_were_learned_from_the_examples_that_stand_there() -> None:
    check_weights()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_examples_enough(language: str) -> None:
    examples = read(PROMPTS / "understanding" / f"{language}.yaml", ExamplesFile).examples

    assert {name: len(texts) for name, texts in examples.items() if len(texts) < FEWEST} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_frozen_was_learned_from(language: str) -> None:
    learned = {fold(one.text) for one in load_examples(PROMPTS / "understanding")} - {""}

    assert [text for text, _ in frozen(language) if fold(text) in learned] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_most_of_what_was_never_seen_is_understood(language: str) -> None:
    found = [
        meaning(text, language).intent.name == intent for text, intent in frozen(language)[::5]
    ]

    assert sum(found) / len(found) >= RIGHT


def test_a_few_examples_are_enough_to_learn_something(tmp_path: Path) -> None:
    told = {
        "ask_status": ["any news?", "have you decided yet", "did I get the job", "any update"],
        "opt_out": ["stop messaging me", "no more messages please", "unsubscribe", "leave me be"],
    }
    examples = [Example(text, name, "en") for name, texts in told.items() for text in texts]
    examples += [Example("hay noticias", "ask_status", "es"), Example("oi", "greeting", "pt")]
    heard: list[str] = []

    learned = fitted(examples, np.array([embed(one.text) for one in examples]), heard.append)
    learned.save(tmp_path / "weights.npz")
    small = replace(UNDERSTANDING, weights=load_weights(tmp_path / "weights.npz"), after={})

    seen = np.concatenate([small.weights.meaning(embed("is there an update?")), wording("update?")])
    assert small.weights.intents.probabilities(seen)["ask_status"] > 0.6
    assert heard


def test_weights_that_cannot_be_read_name_the_file_and_the_mend(tmp_path: Path) -> None:
    broken = tmp_path / "weights.npz"
    broken.write_bytes(b"no weights")

    with pytest.raises(BadConfig, match=r"weights\.npz.*app\.py train"):
        load_weights(broken)


def test_a_wording_has_a_length_that_does_not_depend_on_the_text() -> None:
    for text in ("", "ok", "hola " * 500, "😀"):
        assert wording(text).shape == (WORDING,)
        assert np.linalg.norm(wording(text)) <= 1.5


# --- what a message means -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "can we stop at five? I have to pick up my daughter",
        "should I stop by the office first?",
        "I could not stop smiling after the interview",
        "my train stopped, I will be ten minutes late",
        "podemos parar a las cinco?",
        "pode parar às 17h? tenho outro compromisso",
    ],
)
def test_stopping_is_not_always_opting_out(text: str) -> None:
    assert "opt_out" not in names(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_opting_out_is_heard_in_whatever_words(language: str) -> None:
    missed = [text for text in stopping("opts_out", language) if not opted_out(text, language)]

    assert missed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_sounds_like_opting_out_ends_no_messages(language: str) -> None:
    heard = {text: opted_out(text, language) for text in stopping("stays", language)}

    assert [text for text, confidence in heard.items() if confidence >= SURE_OF_RIGHT] == []
    assert sum(confidence > 0 for confidence in heard.values()) <= ASKED_BACK * len(heard)


@pytest.mark.parametrize("language", LANGUAGES)
def test_killing_traffic_is_no_despair(language: str) -> None:
    texts = stopping("no_despair", language)

    assert [text for text in texts if meaning(text, language).confidence("distress")] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I do not want to withdraw my application, I am just curious about the next steps", "en"),
        ("please don't withdraw my application", "en"),
        ("no quiero retirar mi candidatura, solo saber los próximos pasos", "es"),
        ("não quero desistir da vaga, só queria saber os próximos passos", "pt"),
    ],
)
def test_whoever_stays_does_not_withdraw(text: str, language: str) -> None:
    assert "withdraw" not in names(text, language)


def test_who_asks_us_to_stop_is_heard_beside_what_only_sounds_like_it() -> None:
    text = "Why did you stop writing to me? Now stop messaging me."

    assert opted_out(text, "en") >= SURE_OF_RIGHT


@pytest.mark.parametrize(
    "text",
    [
        "I'm dying to know the result!",
        "this commute is killing me, can we do it online?",
        "me muero de ganas de saber algo",
        "to morrendo de ansiedade pra saber o resultado kkk",
    ],
)
def test_impatience_is_not_distress(text: str) -> None:
    assert "distress" not in names(text)


@pytest.mark.parametrize(
    ("text", "after", "meant"),
    [
        ("8", "survey", "survey_score"),
        ("the second one", "slots", "pick_slot"),
        ("yes, I accept!", "offer", "accept_offer"),
        ("yes, I will be there", "appointment", "confirm"),
    ],
)
def test_what_was_asked_decides_what_an_answer_means(text: str, after: str, meant: str) -> None:
    assert meaning(text, "en", after).intent.name == meant


def test_a_message_may_hold_several_wishes() -> None:
    found = names("Thanks so much! Is there any news yet? And what is the salary range?")

    assert {"ask_status", "ask_compensation"} <= set(found)
    assert found[0] not in ("thanks", "out_of_scope")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Buenas tardes, quería saber si hay novedades", "es"),
        ("Boa tarde, gostaria de saber se tem novidades", "pt"),
        ("Good afternoon, I was wondering whether there is any news", "en"),
    ],
)
def test_the_language_is_that_of_the_text(text: str, language: str) -> None:
    assert meaning(text, "en" if language != "en" else "es").language == language


def test_a_word_that_many_languages_share_leaves_the_candidates_language() -> None:
    assert meaning("ok", "pt").language == "pt"


def test_every_pattern_stands_for_an_intent() -> None:
    found = {OF_PATTERN.get(name, name) for name in UNDERSTANDING.patterns.patterns}

    assert found <= set(URGENCY)


def test_without_a_build_of_the_embedding_patterns_work_alone() -> None:
    alone = replace(UNDERSTANDING, embed=None)

    assert alone.read("Any news?", "en").intent.name == "ask_status"
    assert alone.read("the cat sat on the mat", "en").intent.name == "out_of_scope"


def test_context_names_intents_that_exist(tmp_path: Path) -> None:
    folder = tmp_path / "understanding"
    folder.mkdir()
    for name in ("patterns.yaml", "weights.npz"):
        (folder / name).symlink_to(PROMPTS / "understanding" / name)
    for name in ("rights.yaml", "identity.yaml", "manners.yaml"):
        (tmp_path / name).symlink_to(PROMPTS / name)
    (folder / "context.yaml").write_text("after:\n  survey:\n    scores: 3\n    thanks: 0\n")

    with pytest.raises(BadConfig) as raised:
        load_understanding(tmp_path)

    assert [f"{Path(one.where).name} {one.problem}" for one in raised.value.mistakes] == [
        "context.yaml:3: after.survey.scores is no intent",
        "context.yaml:4: after.survey.thanks cannot be 0 times as likely",
    ]
