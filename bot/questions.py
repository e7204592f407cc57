"""Every word to colleagues: loads `prompts/colleagues/`, checks it, and says it in a language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

from babel import Locale
from pydantic import Field

from bot.domain.asks import READY_REASONS, RULES, Choice, Kind
from bot.domain.errors import BadConfig, Mistake
from bot.domain.facts import Day, Facts
from bot.domain.model import Button
from bot.domain.ports import Wording
from bot.prompts import (
    LANGUAGES,
    Text,
    check,
    check_keys,
    choose,
    numbered,
    refused,
    supported,
    unknown,
    worded,
)
from bot.yamlfile import Strict, line_of, read

SEVERAL = "several"
LONGEST_TITLE = 20
"""Of a button, so that it also goes inside the 24-hour window."""
VARIABLES = frozenset(
    "candidate role recruiter company link number first_name name interview_day "
    "interview_time by day until at topic words answer language slot".split()
)


class QuestionFile(Strict):
    message: str = Field(min_length=1)
    buttons: dict[Choice, Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]]
    line: list[str] = Field(min_length=1)
    choices: dict[Choice, str]


class ColleaguesFile(Strict):
    questions: dict[Kind, QuestionFile]
    reasons: dict[Choice, str]
    texts: dict[str, list[str]]


@dataclass(frozen=True)
class QuestionTexts:
    """One kind of question in one language."""

    message: Text
    buttons: tuple[Button, ...]
    line: Sequence[Text]
    choices: Mapping[Choice, Text]


@dataclass(frozen=True)
class Tongue:
    """Everything in one language."""

    questions: Mapping[Kind, QuestionTexts]
    reasons: Mapping[Choice, str]
    texts: Mapping[str, Sequence[Text]]


@dataclass(frozen=True)
class QuestionBook:
    tongues: Mapping[str, Tongue]

    def message(self, kind: Kind, language: str, facts: Facts) -> Wording:
        """Return one question for WhatsApp, with its buttons. Raises NoWording."""
        question = self._in(language).questions[kind]
        text = choose([question.message], facts, (), kind)
        wording = worded(text.name, text, supported(language), facts)
        template = wording.template and replace(wording.template, buttons=question.buttons)
        return replace(wording, template=template)

    def line(self, kind: Kind, language: str, facts: Facts) -> str:
        """Return the question in one sentence. Raises NoWording."""
        return self._say(self._in(language).questions[kind].line, language, facts, kind).text

    def choice(self, kind: Kind, choice: Choice, language: str, facts: Facts) -> str:
        text = self._in(language).questions[kind].choices[choice]
        return self._say([text], language, facts, choice).text

    def reason(self, choice: Choice, language: str) -> str:
        """Return a ready reason in a candidate's language."""
        return self._in(language).reasons[choice]

    def said(self, answer: Choice, detail: str, language: str, facts: Facts) -> str:
        """Return an answer in words; `detail` as the store keeps it."""
        match answer:
            case Choice.DONE | Choice.NO_SHOW | Choice.CALL | Choice.CONFIRM | Choice.DECLINE:
                more: Facts = {"topic": detail}
                key = f"said_{answer}"
            case Choice.BY:
                more, key = {"day": Day(date.fromisoformat(detail))}, "said_by"
            case _:
                ready = self._in(language).reasons.get(answer, detail)
                more, key = {"words": ready}, "said_reason"
        return self.text(key, language, {**facts, **more}).text

    def text(self, key: str, language: str, facts: Facts | None = None) -> Wording:
        """Return any other text, by its key. Raises NoWording."""
        return self._say(self._in(language).texts[key], language, facts or {}, key)

    def language(self, named: str, language: str) -> str:
        """Return what a candidate's language is called in `language`."""
        return str(Locale(supported(language)).languages[supported(named)])

    def templates(self) -> Iterable[tuple[Text, tuple[Button, ...]]]:
        """Yield every template to have approved: its numbered text and its buttons."""
        for tongue in self.tongues.values():
            for question in tongue.questions.values():
                yield _numbered(question.message), question.buttons
            for text in tongue.texts[SEVERAL]:
                yield _numbered(text), ()

    def _in(self, language: str) -> Tongue:
        return self.tongues[supported(language)]

    def _say(self, texts: Sequence[Text], language: str, facts: Facts, what: str) -> Wording:
        text = choose(texts, facts, (), what)
        return worded(text.name, text, supported(language), facts)


def _numbered(text: Text) -> Text:
    return Text(text.name, numbered(text))


# --- loading ----------------------------------------------------------------------------


def load_questions(folder: Path) -> QuestionBook:
    """Return the words. Raises BadConfig: a language, a key, a button or a variable is wrong."""
    paths = {language: folder / "colleagues" / f"{language}.yaml" for language in LANGUAGES}
    files = {language: read(path, ColleaguesFile) for language, path in paths.items()}
    for language, path in paths.items():
        check_keys(path, files[language].texts, files["en"].texts)
    return QuestionBook({one: _tongue(paths[one], files[one], one) for one in LANGUAGES})


def _tongue(path: Path, file: ColleaguesFile, language: str) -> Tongue:
    _complete(path, ("questions",), file.questions, tuple(Kind))
    _complete(path, ("reasons",), file.reasons, READY_REASONS)
    return Tongue(
        questions={
            kind: _question(path, kind, told, language) for kind, told in file.questions.items()
        },
        reasons=file.reasons,
        texts={
            key: _texts(path, ("texts", key), key, told, language, template=key == SEVERAL)
            for key, told in file.texts.items()
        },
    )


def _question(path: Path, kind: Kind, told: QuestionFile, language: str) -> QuestionTexts:
    at = ("questions", kind.value)
    _complete(path, (*at, "buttons"), told.buttons, RULES[kind].buttons)
    _complete(path, (*at, "choices"), told.choices, RULES[kind].choices)
    message = Text(f"ask_{kind}.1.{language}", told.message.strip())
    _check(path, (*at, "message"), message, template=True)
    choices = {
        choice: Text(f"{kind}.{choice}.{language}", told.choices[choice])
        for choice in RULES[kind].choices
    }
    for choice, text in choices.items():
        _check(path, (*at, "choices", choice.value), text, template=False)
    return QuestionTexts(
        message=message,
        buttons=tuple(
            Button(title=told.buttons[choice], payload=choice.value)
            for choice in RULES[kind].buttons
        ),
        line=_texts(path, (*at, "line"), kind, told.line, language, template=False),
        choices=choices,
    )


def _texts(
    path: Path,
    at: tuple[str, ...],
    name: str,
    told: Sequence[str],
    language: str,
    *,
    template: bool,
) -> list[Text]:
    prefix = "ask_" if template else ""
    texts = [Text(f"{prefix}{name}.{n}.{language}", text.strip()) for n, text in enumerate(told, 1)]
    for number, text in enumerate(texts):
        _check(path, (*at, number), text, template=template)
    return texts


def _complete(path: Path, at: tuple[str, ...], told: Iterable[str], wanted: Sequence[str]) -> None:
    odd = sorted(str(key) for key in set(told) ^ set(wanted))
    if odd:
        problem = f"must have exactly {', '.join(wanted)}"
        mends = f"add or remove {', '.join(odd)}"
        raise BadConfig([Mistake(line_of(path, *at), problem, mends)])


def _check(path: Path, at: tuple[str | int, ...], text: Text, *, template: bool) -> None:
    check(path, at, unknown(text, VARIABLES), refused(text) if template else ())
