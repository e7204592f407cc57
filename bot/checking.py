"""Checks everything that a team may have written, before anything runs on it."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.answering.availability import load_availability
from bot.answering.knowledge import stock
from bot.answering.understanding import load_understanding
from bot.assembly import FLOWS, KNOWLEDGE, PROMPTS, refuse_silence
from bot.domain.errors import BadConfig, BadInput, Mistake
from bot.prompts import load_prompts, load_rights
from bot.questions import load_questions
from bot.settings import load_settings
from bot.stages import load_stages
from bot.training import check_weights


def check_all(config: Path, environment: Mapping[str, str]) -> Iterable[str]:
    """Check each part and yield a line for it. Raises BadInput with every mistake found."""
    mistakes: list[Mistake] = []
    lines = []
    parts = (
        (config.name, lambda: load_settings(config, environment)),
        ("flows and stage texts", _flows_and_words),
        ("never 72 hours of silence", lambda: _keeps_its_word(config, environment)),
        ("questions to colleagues", lambda: load_questions(PROMPTS)),
        ("rights words", lambda: load_rights(PROMPTS)),
        ("availability in words", lambda: load_availability(PROMPTS)),
        ("understanding", lambda: load_understanding(PROMPTS)),
        ("weights of the understanding", check_weights),
    )
    for name, load in parts:
        try:
            load()
            lines.append(f"ok  {name}")
        except BadConfig as error:
            mistakes += error.mistakes
    try:
        lines += stock(KNOWLEDGE)
    except BadConfig as error:
        mistakes += error.mistakes
    if mistakes:
        raise BadInput(mistakes)
    yield from lines


def _keeps_its_word(config: Path, environment: Mapping[str, str]) -> None:
    stages = load_stages(FLOWS / "post_interview.yaml")
    refuse_silence(load_settings(config, environment), stages)


def _flows_and_words() -> None:
    stages = load_stages(FLOWS / "post_interview.yaml")
    load_prompts(PROMPTS, stages)


def templates_to_approve() -> Iterable[str]:
    """Yield every WhatsApp template as JSON: its name, its text with numbered variables, and
    its quick replies, each with the id that must come back."""
    stages = load_stages(FLOWS / "post_interview.yaml")
    for name, text in load_prompts(PROMPTS, stages).templates(stages).items():
        yield json.dumps({"name": name, "text": text}, ensure_ascii=False)
    for question, buttons in load_questions(PROMPTS).templates():
        told: dict[str, object] = {"name": question.name, "text": question.text}
        if buttons:
            told["buttons"] = [{"title": one.title, "id": one.payload} for one in buttons]
        yield json.dumps(told, ensure_ascii=False)
