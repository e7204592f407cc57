"""Every sentence a candidate can receive: distinct, complete, and asking for one thing."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import pytest

from bot.answering.offline import HANDOFFS, NEXT, SMALL_TALK, STATUS
from bot.dialogue.rights import ACKS, TO_ANYBODY
from bot.domain.errors import BadConfig, NoWording
from bot.domain.facts import Day, DayHour, Fact, Hour, Names, facts_hash
from bot.domain.meanwhile import WHILE_AWAITED
from bot.domain.model import Channel
from bot.prompts import LANGUAGES, StageFile, Text, load_prompts, say, supported
from bot.stages import load_stages
from bot.yamlfile import read

ROOT = Path(__file__).parents[2]
SUBJECTS = "about: x\nsubject: {en: News, es: Noticias, pt: Novidades}\n"
OTHERS = 'es: [{body: Hola, ask: "¿Y?"}]\npt: [{body: Oi, ask: "E?"}]\n'
STAGES = load_stages(ROOT / "flows" / "post_interview.yaml")
BOOK = load_prompts(ROOT / "prompts", STAGES)
BY_NAME = {stage.name: stage for stage in STAGES}

FACTS: dict[str, Fact] = {
    "first_name": "Daniel",
    "company": "Northwind Labs",
    "role": "Senior Backend Engineer",
    "interviewer": Names(("Ana Ruiz",)),
    "topic": "event-driven design",
    "recruiter": "Dana Weiss",
    "hear_by": Day(date(2026, 11, 26)),
    "link": "https://meet.northwind.example/app-1",
    "next_step": "panel interview",
    "offer_how": "by e-mail",
    "offer_by": Day(date(2026, 12, 1)),
    "interview_day": Day(date(2026, 11, 30)),
    "interview_time": Hour(datetime(2026, 11, 30, 14, 30)),
    "place": "12 Harbour Street",
    "expected_by": Day(date(2026, 11, 27)),
    "wait_reason": "the panel travels",
}
ALWAYS = {"first_name", "company", "role", "recruiter", "hear_by"}
KNOWN_TO = {"link_reminder": {"link"}, "appointment": {"interview_day", "interview_time"}}
"""What a stage's trigger itself brings along."""


def filled(text: str) -> str:
    """A text as a candidate reads it, in English words for the facts."""
    return re.sub(r"\{(\w+)\}", lambda found: say(FACTS[found[1]], "en"), text)


def five_words(text: str) -> set[tuple[str, ...]]:
    """A fact is one word: a role or a date must be named again, the words around it need not."""
    words = [word.strip(".,:;?!\u00bf\u00a1()") for word in text.lower().split()]
    return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}


def stage_texts(language: str, channel: Channel) -> Iterator[Text]:
    said = BOOK.letters if channel is Channel.EMAIL else BOOK.stages
    for (_, spoken), texts in said.items():
        if spoken == language:
            yield from texts


def for_the_same_person(one: Text, other: Text) -> bool:
    return bool(one.tones & other.tones) and one.length is other.length


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_reads_five_words_in_a_row_twice(language: str, channel: Channel) -> None:
    for one, other in combinations(stage_texts(language, channel), 2):
        if for_the_same_person(one, other):
            assert not five_words(one.text) & five_words(other.text), (one.name, other.name)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: str(stage.name))
def test_each_stage_text_asks_for_exactly_one_thing(stage: object, language: str) -> None:
    file = read(ROOT / "prompts" / "stages" / f"{stage.prompt}.yaml", StageFile)  # type: ignore[attr-defined]

    for text in getattr(file, language):
        assert "?" not in text.body, text.body
        assert "{link}" not in text.body, text.body
        assert not re.search(r"\b[A-ZÁÉÍÓÚÃÕÇ]{4,}\b", text.body), text.body
        asks = text.ask.count("?") + text.ask.count("{link}")
        asks += len(re.findall(r"\b[A-ZÁÉÍÓÚÃÕÇ]{4,}\b", text.ask))
        assert asks == 1, text.ask


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stage_can_be_said_with_the_least_that_is_always_known(language: str) -> None:
    for stage in STAGES:
        least = {name: FACTS[name] for name in ALWAYS | KNOWN_TO.get(stage.name, set())}
        assert BOOK.stage(stage, language, least, (), introduce=True).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_keep_to_the_carriers_rules(language: str) -> None:
    for name, text in BOOK.templates(STAGES).items():
        assert re.fullmatch(r"[a-z0-9_.]+", name)
        assert len(text) <= 1024
        assert not re.match(r"\{\{", text)
        assert not re.search(r"\}\}\W*$", text)
        assert not re.search(r"\}\}\W*\{\{", text)
        numbers = [int(found) for found in re.findall(r"\{\{(\d+)\}\}", text)]
        assert sorted(set(numbers)) == list(range(1, len(set(numbers)) + 1))


def test_a_template_filled_with_its_variables_reads_as_the_text() -> None:
    templates = BOOK.templates(STAGES)

    for stage in STAGES:
        for introduce in (True, False):
            wording = BOOK.stage(stage, "es", FACTS, (), introduce=introduce)
            read_out = templates[wording.template.name]
            for number, value in wording.template.variables.items():
                read_out = read_out.replace(f"{{{{{number}}}}}", value)
            assert read_out == wording.text


def test_the_text_that_knows_most_is_said_and_none_twice() -> None:
    stage = BY_NAME["thank_you"]
    used: set[str] = set()
    for _ in range(3):
        wording = BOOK.stage(stage, "en", FACTS, used, introduce=False)
        assert "event-driven design" in wording.text
        assert wording.name not in used
        used.add(wording.name)

    without_topic = {name: fact for name, fact in FACTS.items() if name != "topic"}
    assert "Ana Ruiz" in BOOK.stage(stage, "en", without_topic, (), introduce=False).text


def test_what_was_said_longest_ago_is_said_again_first() -> None:
    stage, used = BY_NAME["status_update"], list[str]()
    for _ in range(22):
        used.append(BOOK.stage(stage, "pt", FACTS, used, introduce=False).name)

    assert len(set(used[:10])) == 10
    assert used == (used[:10] * 3)[:22]


def test_a_date_or_a_reason_that_somebody_gave_is_told_first() -> None:
    stage = BY_NAME["status_update"]
    known = {name: fact for name, fact in FACTS.items() if name != "wait_reason"}

    both = BOOK.stage(stage, "en", FACTS, (), introduce=False)
    dated = BOOK.stage(stage, "en", known, (), introduce=False)

    assert {"expected_by", "wait_reason"} <= both.says
    assert "expected_by" in dated.says
    assert "the panel travels" in both.text


def test_where_no_text_fits_nothing_is_made_up() -> None:
    with pytest.raises(NoWording, match="thank you"):
        BOOK.stage(BY_NAME["thank_you"], "en", {"role": "Engineer"}, (), introduce=False)


def test_the_first_message_says_that_it_is_automated_and_how_to_reach_a_person() -> None:
    for language, word in (("en", "HUMAN"), ("es", "PERSONA"), ("pt", "PESSOA")):
        text = BOOK.stage(BY_NAME["thank_you"], language, FACTS, (), introduce=True).text
        assert re.search("autom[aá]t", text.lower())
        assert word in text


def test_every_reply_that_the_program_asks_for_exists() -> None:
    asked = {*ACKS.values(), *HANDOFFS.values(), *STATUS.values(), *NEXT.values()}
    asked |= {*SMALL_TALK.values(), "introduction", "handoff_notice", "media_ack"}
    asked |= {"handoff_unknown"}
    asked |= {"who", "when", "when_none", "where", "where_link", "how_long", "survey_done"}
    asked |= {f"survey_ask_comment_{mood}" for mood in ("high", "mid", "low")}
    asked |= {"survey_not_a_score", "survey_changed", *WHILE_AWAITED.values()}
    asked |= {"identity_check", "identity_sorry", "identity_confirmed", *TO_ANYBODY.values()}

    for language in LANGUAGES:
        assert asked <= {key for key, spoken in BOOK.replies if spoken == language}


@pytest.mark.parametrize(
    ("fact", "language", "words"),
    [
        (Day(date(2026, 11, 26)), "en", "Thursday, 26 November"),
        (Day(date(2026, 11, 26)), "es", "jueves, 26 de noviembre"),
        (Day(date(2026, 11, 26)), "pt", "quinta-feira, 26 de novembro"),
        (DayHour(datetime(2026, 11, 23, 10, tzinfo=UTC)), "en", "Monday, 23 November, 10:00"),
        (Hour(datetime(2026, 11, 23, 9, 5, tzinfo=UTC)), "pt", "09:05"),
        (Names(("Ana Ruiz", "Tom Berg")), "en", "Ana Ruiz and Tom Berg"),
        (Names(("Ana Ruiz", "Tom Berg", "Li Wei")), "es", "Ana Ruiz, Tom Berg y Li Wei"),
        ("tabs\tand\nlines    of\x00it", "en", "tabs and lines of it"),
        (45, "es", "45"),
    ],
)
def test_facts_are_worded_as_the_language_words_them(fact: Fact, language: str, words: str) -> None:
    assert say(fact, language) == words


def test_a_language_that_we_do_not_speak_is_answered_in_english() -> None:
    assert [supported(tag) for tag in ("pt-BR", "es_MX", "EN", "de", "")] == [
        "pt",
        "es",
        "en",
        "en",
        "en",
    ]


def test_equal_facts_have_one_fingerprint_and_any_change_another() -> None:
    assert facts_hash(FACTS) == facts_hash(dict(reversed(FACTS.items())))
    assert facts_hash(FACTS) != facts_hash({**FACTS, "topic": "tests"})


@pytest.mark.parametrize(
    ("broken", "line", "problem"),
    [
        ("Hi {nmae}, thank you.", 5, "not a variable"),
        ("{first_name}, thank you.", 5, "begins or ends"),
        ("Hi {first_name} {role}.", 5, "touch"),
    ],
)
def test_a_mistake_in_a_text_is_named_with_its_line(
    tmp_path: Path, broken: str, line: int, problem: str
) -> None:
    (tmp_path / "stages").mkdir()
    text = f'{SUBJECTS}en:\n  # a comment\n  - body: "{broken}"\n    ask: And?\n'
    for stage in STAGES:
        (tmp_path / "stages" / f"{stage.prompt}.yaml").write_text(text + OTHERS)

    with pytest.raises(BadConfig, match=rf":{line}: .*{problem}"):
        load_prompts(tmp_path, STAGES)
