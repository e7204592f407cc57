"""What the team wrote: how it is read, whom it holds for, and which questions find it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.answering.knowledge import Knowledge, Passage, load_knowledge, stock
from bot.answering.knowledge.pages import read_sections
from bot.answering.knowledge.vectors import Vectors
from bot.answering.understanding.features import Vector
from bot.assembly import KNOWLEDGE
from bot.domain.errors import BadConfig
from tests.campaigns.knowledge import LANGUAGES, frozen, knowledge, rates, searched, understanding

NEAREST_IS_RIGHT, ANSWERED_RIGHT, ANSWERED_WRONG, ANSWERED_NEEDLESSLY = 0.75, 0.5, 0.1, 0.11
"""The worst that any language may get; docs/knowledge.md has the figures."""
PAGE = """---
title: Pets
language: en
---

## May I bring my dog?
- are dogs allowed at the office

Yes, on Fridays, as long as
everybody in the room agrees.
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str = PAGE, name: str = "pets.en.md") -> Path:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return written


def by_words(folder: Path) -> Knowledge:
    return Knowledge(read_sections(folder), None)


# --- reading --------------------------------------------------------------------------------


def test_a_page_is_questions_and_the_words_that_answer_them(write: Write) -> None:
    (section,) = read_sections(write())

    assert section.asked == ("May I bring my dog?", "are dogs allowed at the office")
    assert section.passage == Passage(
        title="Pets",
        text="Yes, on Fridays, as long as everybody in the room agrees.",
        source="pets.en.md: May I bring my dog?",
    )


def test_pages_may_lie_in_folders_and_a_readme_is_none(write: Write) -> None:
    write(name="office/pets.en.md")
    folder = write("# How to write these", name="README.md")

    assert [one.passage.source for one in read_sections(folder)] == [
        "office/pets.en.md: May I bring my dog?"
    ]


@pytest.mark.parametrize(
    ("broken", "by", "where", "mend"),
    [
        ("---\ntitle: Pets\n", "", ":1: does not say what it is about", "begin with a line ---"),
        ("title: Pets", "titel: Pets", ":2: titel: there is no such setting", "`title`"),
        ("language: en", "language: de", ":3: language: ", "'de'"),
        ("language: en", "language: es", ":1: language: is es", "pets"),
        ("language: en", "language: en\nstages: [hired]", ":4: stages.0: ", "'hired'"),
        ("Yes, on", "# Yes\n\non", ":6: is more than a paragraph", "two questions"),
        ("Fridays", "{day}", ":6: is sent as it stands", "without {variables}"),
        ("Fridays", "many " * 200, ":6: has 1050 characters", "600"),
        ("## May I bring my dog?\n", "", ":1: stands under no question", "write `## A question?`"),
        ("everybody in", "\n## May I bring my dog?\nin", ":11: the question stands here", "remove"),
        ("Yes, on Fridays, as long as\neverybody in the room agrees.", "", ":6: has no answer", ""),
    ],
)
def test_a_mistake_names_its_line_and_the_mend(
    write: Write, broken: str, by: str, where: str, mend: str
) -> None:
    assert broken in PAGE

    with pytest.raises(BadConfig) as told:
        read_sections(write(PAGE.replace(broken, by)))

    assert f"pets.en.md{where}" in str(told.value)
    assert mend in str(told.value)


def test_every_mistake_of_every_page_is_told_at_once(write: Write) -> None:
    write(PAGE.replace("Fridays", "{day}"))
    folder = write(PAGE.replace("title", "titel"), name="cats.en.md")

    with pytest.raises(BadConfig) as told:
        read_sections(folder)

    assert {mistake.where.split("/")[-1].split(":")[0] for mistake in told.value.mistakes} == {
        "cats.en.md",
        "pets.en.md",
    }


def test_a_topic_that_lacks_a_language_is_told(write: Write) -> None:
    write()
    folder = write(PAGE.replace("language: en", "language: pt"), name="cats.pt.md")

    assert stock(folder) == [
        "ok  knowledge: 2 topics in 2 languages",
        "    cats is not written in en: who asks in it gets a person",
        "    pets is not written in pt: who asks in it gets a person",
    ]


def test_the_example_is_whole() -> None:
    assert stock(KNOWLEDGE) == ["ok  knowledge: 13 topics in 3 languages"]


# --- whom it holds for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "holds"),
    [
        ("Senior Backend Engineer senior", True),
        ("Analyst (Junior Developer)", True),
        ("Engineering Manager", False),
        ("", False),
    ],
)
def test_a_role_is_matched_as_a_word(write: Write, role: str, holds: bool) -> None:
    told = "language: en\nroles: [ENGINEER, junior developer]"
    (section,) = read_sections(write(PAGE.replace("language: en", told)))

    assert section.holds(role, "undecided") is holds


@pytest.mark.parametrize(
    ("stages", "holds_at"),
    [
        ("", {"", "undecided", "booked", "advance", "offer", "none"}),
        ("stages: [reject, none]", {"reject", "none"}),
    ],
)
def test_after_a_no_a_page_must_say_that_it_still_holds(
    write: Write, stages: str, holds_at: set[str]
) -> None:
    told = f"language: en\n{stages}".strip()
    (section,) = read_sections(write(PAGE.replace("language: en", told)))
    every = ("", "undecided", "booked", "advance", "offer", "reject", "withdrawn", "none")

    assert {stage for stage in every if section.holds("", stage)} == holds_at


def test_what_was_written_for_the_role_comes_first(write: Write) -> None:
    write()
    own = PAGE.replace("language: en", "language: en\nroles: [vet]").replace("Yes, on", "No, on")
    found = by_words(write(own, name="vets.en.md"))

    assert [one.source[:4] for one in found.search("May I bring my dog?", role="Vet")] == [
        "vets",
        "pets",
    ]


# --- searching ------------------------------------------------------------------------------


def test_accents_endings_and_case_do_not_count(write: Write) -> None:
    page = "---\ntitle: T\nlanguage: es\n---\n## ¿Cuántos días de vacaciones hay?\n\nVeinte.\n"
    other = page.replace("¿Cuántos días de vacaciones hay?", "¿Hay comedor?")
    write(page, name="holidays.es.md")
    found = by_words(write(other, name="canteen.es.md"))

    assert [one.source for one in found.ranked("CUANTAS VACACION hay", language="es")[0][1:]] == [
        "holidays.es.md: ¿Cuántos días de vacaciones hay?"
    ]


def test_only_pages_in_the_language_of_the_answer_are_found(write: Write) -> None:
    found = by_words(write())

    assert found.search("May I bring my dog?", language="en")
    assert not found.search("May I bring my dog?", language="pt")


def test_a_question_is_found_among_other_sentences() -> None:
    text = "Hello! I hope you had a lovely weekend, mine was great.\nCan I work part-time?"

    (best, *_) = knowledge().search(text, language="en", stage="undecided")

    assert best.source == "hours.en.md: Can I work part-time?"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thanks for the interview! May I bring my dog?"),
        ("pt", "Muito obrigado pela conversa! Posso levar meu cachorro?"),
    ],
)
def test_thanks_for_the_interview_asks_nothing_about_it(language: str, text: str) -> None:
    assert not knowledge().search(text, language=language, stage="undecided")


def test_without_the_embedding_words_alone_find_what_is_clear() -> None:
    alone = knowledge(by_words=True)

    (best, *_) = alone.search("do you sponsor work visas?", language="en")

    assert best.source == "visa.en.md: Do you sponsor work visas?"
    assert not alone.search("do you like music?", language="en")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_candidates_ask_finds_its_answer_and_little_else_does(language: str) -> None:
    questions = list(frozen(language))
    assert sum(not one.passage for one in questions) / len(questions) >= 0.4

    nearest, right, wrong, needless = map(float, rates(searched(knowledge(), questions)))

    assert nearest >= NEAREST_IS_RIGHT
    assert right >= ANSWERED_RIGHT
    assert wrong <= ANSWERED_WRONG
    assert needless <= ANSWERED_NEEDLESSLY


def test_every_question_that_judges_names_a_passage_that_exists() -> None:
    sources = {one.passage.source for one in read_sections(KNOWLEDGE)} | {""}

    assert {one.passage for language in LANGUAGES for one in frozen(language)} <= sources


def test_every_page_is_found_by_its_own_questions() -> None:
    for section in read_sections(KNOWLEDGE):
        about = {"language": section.language, "stage": "".join(sorted(section.stages)[:1])}
        role = "".join(sorted(section.roles)[:1])
        found = knowledge().search(section.asked[0], role=role, **about)
        assert found[:1] == [section.passage], section.asked[0]


# --- vectors --------------------------------------------------------------------------------


def lengths(text: str) -> Vector:
    return np.array([len(text), 1], dtype=np.float32)


def never(text: str) -> Vector:
    raise AssertionError(f"computed again: {text}")


def as_is(vector: Vector) -> Vector:
    return vector


def test_what_was_computed_is_remembered_by_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "var" / "knowledge.npz"
    first = Vectors(lengths, as_is, path).of_all(["one", "three"])

    again = Vectors(never, as_is, path).of_all(["three", "one"])

    assert again.tolist() == first[::-1].tolist()
    assert [one.name for one in path.parent.iterdir()] == ["knowledge.npz"]


@pytest.mark.parametrize("rubbish", [b"", b"no vectors", b"PK\x03\x04 cut off"])
def test_a_broken_memory_is_written_anew(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "knowledge.npz"
    path.write_bytes(rubbish)

    Vectors(lengths, as_is, path).of_all(["one"])

    assert Vectors(never, as_is, path).of_all(["one"]).tolist() == [[3, 1]]


def test_where_nothing_may_be_written_every_process_computes(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    vectors = Vectors(lengths, as_is, tmp_path / "var" / "knowledge.npz")

    assert vectors.of_all(["one"]).tolist() == [[3, 1]]


def test_a_team_that_wrote_nothing_is_no_mistake(tmp_path: Path) -> None:
    empty = load_knowledge(tmp_path, understanding())

    assert empty.search("how many days of holiday?", language="en") == []
