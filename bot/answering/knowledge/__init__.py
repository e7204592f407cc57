"""What the team wrote about the company and the process, and what of it answers a question.

- `pages`: the markdown files of `flows/knowledge/`
- `words`: how much of what was asked stands in a section
- `vectors`: what texts mean, remembered in a file
- `searching`: both together
"""

from collections.abc import Sequence
from pathlib import Path

from bot.answering.knowledge.pages import Passage, missing_languages, read_sections
from bot.answering.knowledge.searching import Knowledge
from bot.answering.knowledge.vectors import Vectors
from bot.answering.understanding import Understanding

__all__ = ["Knowledge", "Passage", "load_knowledge", "stock"]


def load_knowledge(
    folder: Path, understanding: Understanding, remembered: Path | None = None
) -> Knowledge:
    """Raises BadConfig, naming each line. `remembered` is a file that is written where it does
    not exist: it spares the next process some seconds."""
    embed = understanding.embed
    vectors = Vectors(embed, understanding.weights.meaning, remembered) if embed else None
    return Knowledge(read_sections(folder), vectors)


def stock(folder: Path) -> Sequence[str]:
    """Say what there is, and what lacks a language. Raises BadConfig, naming each line."""
    sections = read_sections(folder)
    topics, languages = {one.topic for one in sections}, {one.language for one in sections}
    told = f"ok  knowledge: {len(topics)} topics in {len(languages)} languages"
    return [told, *missing_languages(sections)]
