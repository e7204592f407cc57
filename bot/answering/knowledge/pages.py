"""The files of `flows/knowledge/`: one for each topic and language, several questions in each."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.domain.errors import BadConfig, Mistake
from bot.domain.rights import fold
from bot.yamlfile import Strict, read_front

LONGEST = 600
"""Characters of an answer: a paragraph that is read on a phone."""
README = "README.md"
AFTER_A_NO = frozenset({"reject", "withdrawn"})
"""Where a file must name the stage to be used."""

Stage = Literal["undecided", "booked", "advance", "offer", "reject", "withdrawn", "none"]


@dataclass(frozen=True, kw_only=True)
class Passage:
    """An answer that the team wrote."""

    title: str
    """Of its topic."""
    text: str
    """As it is sent: one paragraph."""
    source: str
    """Where it stands: `benefits.en.md: How many days of holiday do I get?`"""
    pay: bool = False
    """It may also answer who asks about money."""


@dataclass(frozen=True, kw_only=True)
class Section:
    passage: Passage
    topic: str
    language: str
    asked: Sequence[str]
    """The heading, and other ways to ask the same."""
    roles: frozenset[str]
    """Folded; empty where it holds for every role."""
    stages: frozenset[str]

    def holds(self, role: str, stage: str) -> bool:
        """Whether it is true for somebody who applies for `role` and stands at `stage`."""
        return self._for_role(role) and self._at(stage)

    def _for_role(self, role: str) -> bool:
        told = f" {fold(role)} "
        return not self.roles or any(f" {one} " in told for one in self.roles)

    def _at(self, stage: str) -> bool:
        return stage in self.stages if self.stages else stage not in AFTER_A_NO


class Front(Strict):
    """What stands above the first heading, between two lines of dashes."""

    title: str = Field(min_length=1)
    language: Literal["en", "es", "pt"]
    roles: list[str] = Field(default_factory=list)
    stages: list[Stage] = Field(default_factory=list)
    pay: bool = False


def read_sections(folder: Path) -> Sequence[Section]:
    """Return every section. Raises BadConfig with every mistake, by file and line."""
    sections: list[Section] = []
    mistakes: list[Mistake] = []
    for path in sorted(folder.rglob("*.md")):
        if path.name == README:
            continue
        try:
            sections += _page(path, path.relative_to(folder).as_posix())
        except BadConfig as error:
            mistakes += error.mistakes
    if mistakes:
        raise BadConfig(mistakes)
    return sections


def missing_languages(sections: Sequence[Section]) -> Iterator[str]:
    """Yield a warning for each topic that does not stand in every language of the others."""
    written = {(one.topic, one.language) for one in sections}
    for topic in sorted({topic for topic, _ in written}):
        for language in sorted({language for _, language in written}):
            if (topic, language) not in written:
                yield f"    {topic} is not written in {language}: who asks in it gets a person"


@dataclass(frozen=True, kw_only=True)
class _Part:
    heading: str
    line: int
    asked: Sequence[str]
    text: str


def _page(path: Path, name: str) -> Iterator[Section]:
    front, body = read_front(path, Front)
    topic, _, language = name.removesuffix(".md").rpartition(".")
    parts = list(_parts(body))
    mistakes = [*_misnamed(path, topic, language, front), *_unusable(path, parts)]
    if mistakes:
        raise BadConfig(mistakes)
    for part in parts:
        source = f"{name}: {part.heading}"
        yield Section(
            passage=Passage(title=front.title, text=part.text, source=source, pay=front.pay),
            topic=topic,
            language=front.language,
            asked=(part.heading, *part.asked),
            roles=frozenset(fold(role) for role in front.roles),
            stages=frozenset(front.stages),
        )


def _parts(body: str) -> Iterator[_Part]:
    """Yield what stands under each heading: ways to ask first, as a list, then the answer.
    What stands above the first one comes as a part without a heading."""
    found: list[tuple[str, int, list[str]]] = [("", 1, [])]
    for number, line in enumerate(body.splitlines(), 1):
        if line.startswith("## "):
            found.append((line[3:].strip(), number, []))
        else:
            found[-1][2].append(line.strip())
    for heading, number, lines in found:
        asked = [line[2:].strip() for line in lines if line.startswith("- ")]
        answer = "\n".join(line for line in lines if not line.startswith("- ")).strip()
        text = re.sub(r"(?<!\n)\n(?!\n)", " ", answer)
        if heading or text or asked:
            yield _Part(heading=heading, line=number, asked=asked, text=text)


def _misnamed(path: Path, topic: str, language: str, front: Front) -> Iterable[Mistake]:
    if not topic or language != front.language:
        mend = f"name it <topic>.{front.language}.md, or mend `language`"
        yield Mistake(f"{path}:1: language", f"is {front.language}, and the name is another", mend)


def _unusable(path: Path, parts: Sequence[_Part]) -> Iterator[Mistake]:
    seen: set[str] = set()
    if not parts:
        yield Mistake(f"{path}:1", "answers nothing", "write `## A question?` and its answer")
    for part in parts:
        for problem, mend in _problems(part):
            yield Mistake(f"{path}:{part.line}", problem, mend)
        if part.heading in seen:
            yield Mistake(f"{path}:{part.line}", "the question stands here twice", "remove one")
        seen.add(part.heading)


def _problems(part: _Part) -> Iterator[tuple[str, str]]:
    if not part.heading:
        yield "stands under no question", "write `## A question?` above it"
    if not part.text:
        yield "has no answer", "write it under the question, after an empty line"
    if "\n" in part.text:
        yield "is more than a paragraph", "say it in one, or make it two questions"
    if len(part.text) > LONGEST:
        yield f"has {len(part.text)} characters", f"say it in {LONGEST}: it is read on a phone"
    if re.search(r"\{\w*\}|\]\(|\*\*|^#", part.text):
        yield "is sent as it stands", "write plain words, without {variables} and formatting"
