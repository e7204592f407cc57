"""Every stage as an e-mail: discreet above, complete below, and without the chat's own words."""

import re
from pathlib import Path

import pytest

from bot.domain.errors import BadConfig, NoWording
from bot.domain.facts import Fact
from bot.domain.model import Channel
from bot.domain.ports import Wording
from bot.domain.stages import Stage
from bot.prompts import LANGUAGES, StageFile, load_prompts
from bot.yamlfile import read
from tests.unit.test_words import BOOK, BY_NAME, FACTS, ROOT, STAGES, stage_texts

WHATSAPP = "https://wa.me/14155550100?text=START"
CHAT = re.compile(r"\b(?i:whatsapp|chat)\b|\b[A-ZÀ-Þ]{4,}\b")
"""The chat, or a word in capitals to send there."""
OUTCOME = re.compile(
    r"offer|sorry|unfortunately|reject|congrat|good news|next step|hired|yes\b|\bno\b"
    r"|oferta|propuesta|lamenta|rechaz|felici|enhorabuena|buenas noticias|siguiente|sí\b"
    r"|proposta|infelizmente|recus|parabéns|boas notícias|próxim|sim\b|não\b",
    re.IGNORECASE,
)
AUTOMATED = {"en": "automated", "es": "automático", "pt": "automático"}
LONGEST_SUBJECT = 70
"""Characters of a subject that a phone shows, more or less."""


def letter(stage: Stage, language: str, **changes: Fact) -> Wording:
    facts = {**FACTS, **changes}
    return BOOK.stage(stage, language, facts, (), introduce=False, channel=Channel.EMAIL)


every_stage = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: str(stage.name))
every_language = pytest.mark.parametrize("language", LANGUAGES)


# --- the text -----------------------------------------------------------------------------


@every_language
def test_no_letter_speaks_of_the_chat_or_asks_for_a_word_to_send_there(language: str) -> None:
    chats, letters = (list(stage_texts(language, channel)) for channel in Channel)

    assert {text.name for text in letters} == {text.name for text in chats}
    for text in letters:
        assert not CHAT.search(text.text), text.name


@every_language
@every_stage
def test_each_letter_asks_for_exactly_one_thing(stage: Stage, language: str) -> None:
    file = read(ROOT / "prompts" / "stages" / f"{stage.prompt}.yaml", StageFile)

    for text in getattr(file, language):
        ask = text.ask_by_email or text.ask
        assert ask.count("?") + ask.count("{link}") + bool(text.ask_by_email) >= 1, ask
        assert ask.count("?") + ask.count("{link}") <= 1, ask


@every_language
@every_stage
def test_a_letter_says_at_its_end_who_wrote_it_and_how_to_reach_a_person(
    stage: Stage, language: str
) -> None:
    worded = letter(stage, language)

    _, signature = worded.text.split("\n\n-- \n")
    assert AUTOMATED[language] in signature
    assert "Northwind Labs" in signature
    assert "Dana Weiss" in signature
    assert "{" not in worded.text


@every_language
def test_who_may_come_back_to_whatsapp_gets_the_way_there(language: str) -> None:
    stage = BY_NAME["next_step"]

    without, offered = letter(stage, language), letter(stage, language, whatsapp_link=WHATSAPP)

    assert "WhatsApp" not in without.text
    assert offered.text.startswith(without.text)
    assert offered.text.endswith(f"\n{WHATSAPP}") or offered.text.endswith(f" {WHATSAPP}")
    assert "https://meet.northwind.example/app-1" in offered.text


def test_a_text_has_one_name_on_both_channels() -> None:
    """So that what was said on one is not said again on the other."""
    for stage in STAGES:
        chat = BOOK.stage(stage, "es", FACTS, (), introduce=True)
        assert letter(stage, "es").name == chat.name


def test_a_letter_uses_the_facts_that_it_says_it_uses() -> None:
    assert {"recruiter", "company", "topic"} <= letter(BY_NAME["thank_you"], "en").says


def test_where_no_text_fits_no_letter_is_made_up() -> None:
    facts = {"role": "Engineer"}

    with pytest.raises(NoWording, match="thank you"):
        BOOK.stage(BY_NAME["thank_you"], "en", facts, (), introduce=True, channel=Channel.EMAIL)


# --- the subject --------------------------------------------------------------------------


@every_language
@every_stage
def test_a_subject_is_one_short_line_that_tells_no_outcome(stage: Stage, language: str) -> None:
    subject = letter(stage, language).subject

    assert subject
    assert "{" not in subject
    assert "\n" not in subject
    assert len(subject) <= LONGEST_SUBJECT
    assert not OUTCOME.search(subject), subject
    assert not re.match(r"\s*(re|fwd?|aw|rv|enc)\s*:", subject, re.IGNORECASE)


@every_language
def test_whatever_the_outcome_the_subject_is_the_same(language: str) -> None:
    finals = [stage for stage in STAGES if stage.is_final_word]

    assert len(finals) == 3
    assert len({letter(stage, language).subject for stage in finals}) == 1


def test_a_message_by_whatsapp_has_no_subject() -> None:
    assert BOOK.stage(BY_NAME["offer"], "en", FACTS, (), introduce=True).subject == ""


# --- mistakes -----------------------------------------------------------------------------


def write(folder: Path, subject: str = "News", ask: str = "And?", **finals: str) -> None:
    (folder / "stages").mkdir()
    for stage in STAGES:
        heading = finals.get(stage.prompt, subject)
        (folder / "stages" / f"{stage.prompt}.yaml").write_text(
            f"about: x\n"
            f"subject:\n"
            f"  en: {heading!r}\n"
            f"  es: Noticias\n"
            f"  pt: Novidades\n"
            f"en:\n"
            f"  - body: Hi {{first_name}}, it is about {{role}} at last.\n"
            f"    ask: {ask!r}\n"
            f"  - body: Hello {{first_name}} again.\n"
            f"    ask: And?\n"
            f'es: [{{body: Hola, ask: "¿Y?"}}]\n'
            f'pt: [{{body: Oi, ask: "E?"}}]\n'
        )


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("News, {nmae}", "not a variable"),
        ("About {role}", r"\{role\} is not in every text \(use first_name\)"),
    ],
)
def test_a_mistake_in_a_subject_is_named_with_its_line(
    tmp_path: Path, subject: str, problem: str
) -> None:
    write(tmp_path, subject)

    with pytest.raises(BadConfig, match=rf":3: subject.en: .*{problem}"):
        load_prompts(tmp_path, STAGES)


@pytest.mark.parametrize("ask", ["Reply FEEDBACK.", "Is WhatsApp all right?"])
def test_an_ask_that_only_a_chat_understands_needs_one_for_e_mail(tmp_path: Path, ask: str) -> None:
    write(tmp_path, ask=ask)

    with pytest.raises(BadConfig, match=r":8: .*means nothing in an e-mail .*ask_by_email"):
        load_prompts(tmp_path, STAGES)


def test_a_subject_of_its_own_for_one_outcome_is_a_mistake(tmp_path: Path) -> None:
    write(tmp_path, offer="Good news")

    with pytest.raises(BadConfig, match=r":3: subject.en: tells the outcome .*rejection"):
        load_prompts(tmp_path, STAGES)
