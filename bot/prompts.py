"""Every word that is not code: loads `prompts/`, checks it, and says it in a language.

A text is used only if all its variables are known. One that was not said yet comes before one
that was, and among equals the one that knows most.

A stage goes by WhatsApp or by e-mail, in the same words but for two things. An e-mail has a
subject, and at its end who wrote it and how to reach a person; and it never asks for a word that
only WhatsApp understands.

Its texts stand in several manners. One in the wanted tone comes before one in the wanted length,
and either before one that was not said yet: who asked for "usted" is not called "tú" for variety.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from pathlib import Path
from typing import Literal

from babel.dates import format_date, format_time
from babel.lists import format_list
from pydantic import Field, RootModel

from bot.domain.errors import BadConfig, Mistake, NoWording
from bot.domain.facts import Day, DayHour, Fact, Facts, Hour, Names
from bot.domain.manner import PLAIN, Length, Manner, Tone
from bot.domain.model import Channel, Template
from bot.domain.ports import Wording
from bot.domain.rights import Right, RightsWords
from bot.domain.stages import Stage
from bot.yamlfile import Strict, line_of, read, text_of

LANGUAGES = ("en", "es", "pt")
LONGEST_VALUE = 250
"""Carriers cut or refuse longer template variables."""
INTRODUCTION = "introduction"
SPEAKS_FIRST = ("booking_confirmed", "booking_declined")
"""Replies that may be due when the 24-hour window has closed: templates, too."""
SIGNATURE = "email_signature"
OPT_IN = "email_opt_in"
WHATSAPP_LINK = "whatsapp_link"
ABOVE_SIGNATURE = "\n\n-- \n"
"""Mail programs know it, and leave what stands below out of answers."""

_VARIABLE = re.compile(r"\{(\w+)\}")
_CHAT = re.compile(r"WhatsApp|\b[A-ZÀ-Þ]{4,}\b")
"""The chat, or a word to send there: those are written in capitals."""
_DAYS = {"en": "EEEE, d MMMM", "es": "EEEE, d 'de' MMMM", "pt": "EEEE, d 'de' MMMM"}
VARIABLES = frozenset(
    "first_name company role recruiter hear_by interviewer topic link next_step offer_how "
    "offer_by answer_by due_day receipt interview interview_day interview_time place "
    "meeting_link minutes score expected_by wait_reason whatsapp_link unsubscribe_link "
    "number_end slot_1 slot_2 slot_3 slot_day slot_time confirm_by calendar_link".split()
)


EITHER = "either"
"""The tone of a text that addresses nobody: it is right for everybody."""


class TextFile(Strict):
    tone: Tone | Literal["either"] = Tone.WARM
    length: Length = Length.FULL
    body: str = Field(min_length=1)
    ask: str = Field(min_length=1)
    ask_by_email: str = ""
    """Instead of `ask`, where that only makes sense in a chat."""


class SubjectFile(Strict):
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)
    pt: str = Field(min_length=1)


class StageFile(Strict):
    about: str
    subject: SubjectFile
    en: list[TextFile] = Field(min_length=1)
    es: list[TextFile] = Field(min_length=1)
    pt: list[TextFile] = Field(min_length=1)


class RepliesFile(RootModel[dict[str, list[str]]]):
    """Reply key -> texts."""


class RightsFile(Strict):
    stop: dict[str, list[str]]
    start: dict[str, list[str]]
    human: dict[str, list[str]]
    email: dict[str, list[str]]
    news: dict[str, list[str]]
    data: dict[str, list[str]]
    delete: dict[str, list[str]]
    ask_which: dict[str, list[str]]
    contains: dict[str, list[str]]
    never: dict[str, list[str]]


@dataclass(frozen=True)
class Text:
    """One way to say something."""

    name: str
    text: str
    tones: frozenset[Tone] = frozenset(Tone)
    """In which it may be said."""
    length: Length = Length.FULL

    @property
    def variables(self) -> tuple[str, ...]:
        """In the order of first appearance."""
        return tuple(dict.fromkeys(_VARIABLE.findall(self.text)))

    def filled(self, values: Mapping[str, str]) -> str:
        return _VARIABLE.sub(lambda found: values[found[1]], self.text)


@dataclass(frozen=True)
class PromptBook:
    """Implements `Words`."""

    stages: Mapping[tuple[str, str], Sequence[Text]]
    """By file and language."""
    letters: Mapping[tuple[str, str], Sequence[Text]]
    """The same for e-mail, under the same names."""
    subjects: Mapping[tuple[str, str], Text]
    """By file and language: one, whatever the text says."""
    replies: Mapping[tuple[str, str], Sequence[Text]]
    """By key and language."""

    def stage(
        self,
        stage: Stage,
        language: str,
        facts: Facts,
        used: Sequence[str],
        *,
        introduce: bool,
        channel: Channel = Channel.WHATSAPP,
        manner: Manner = PLAIN,
    ) -> Wording:
        language = supported(language)
        if channel is Channel.EMAIL:
            return self._letter(stage, language, facts, used, manner)
        texts = self.stages[stage.prompt, language]
        text = choose(texts, facts, used, stage.prompt, manner)
        full, name = text.text, text.name.replace(stage.prompt, stage.template, 1)
        if introduce:
            intro = choose(self.replies[INTRODUCTION, language], facts, (), INTRODUCTION)
            full, name = f"{full}\n\n{intro.text}", f"{name}.intro"
        return worded(text.name, Text(name, full), language, facts)

    def _letter(
        self, stage: Stage, language: str, facts: Facts, used: Sequence[str], manner: Manner
    ) -> Wording:
        """Word a stage as an e-mail. Each one introduces itself, and offers WhatsApp where
        the facts hold a link to it."""
        texts = self.letters[stage.prompt, language]
        text = choose(texts, facts, used, stage.prompt, manner)
        ending = (SIGNATURE, OPT_IN) if facts.get(WHATSAPP_LINK) else (SIGNATURE,)
        frame = [choose(self.replies[key, language], facts, (), key).text for key in ending]
        full = Text(text.name, text.text + ABOVE_SIGNATURE + "\n\n".join(frame))
        letter = worded(text.name, full, language, facts)
        subject = worded(text.name, self.subjects[stage.prompt, language], language, facts)
        return replace(letter, subject=subject.text)

    def reply(self, key: str, language: str, facts: Facts, used: Sequence[str] = ()) -> Wording:
        language = supported(language)
        text = choose(self.replies[key, language], facts, used, key)
        return worded(text.name, text, language, facts)

    def templates(self, stages: Iterable[Stage]) -> dict[str, str]:
        """Return every template to have approved: its name and its numbered text."""
        found: dict[str, str] = {}
        for stage in stages:
            for language in LANGUAGES:
                intro = self.replies[INTRODUCTION, language][0].text
                for text in self.stages[stage.prompt, language]:
                    name = text.name.replace(stage.prompt, stage.template, 1)
                    found[name] = numbered(text)
                    found[f"{name}.intro"] = numbered(Text(name, f"{text.text}\n\n{intro}"))
        for key, language in product(SPEAKS_FIRST, LANGUAGES):
            found |= {text.name: numbered(text) for text in self.replies[key, language]}
        return found


def supported(language: str) -> str:
    """Return the language that we speak for a tag such as `pt-BR`; English for others."""
    base = language.lower().replace("_", "-").split("-")[0]
    return base if base in LANGUAGES else "en"


def spoken(value: object) -> str:
    """Return the language of a tag such as `pt-BR`. Raises ValueError: we do not speak it."""
    base = str(value).lower().replace("_", "-").split("-")[0]
    if base not in LANGUAGES:
        raise ValueError(f"{value!r} is not spoken here; write {', '.join(LANGUAGES)}")
    return base


def say(fact: Fact, language: str) -> str:
    """Word one fact as the language words it, safe to stand in a template variable.

    >>> from datetime import date
    >>> say(Day(date(2026, 11, 26)), "es")
    'jueves, 26 de noviembre'
    """
    match fact:
        case Day(on):
            return format_date(on, _DAYS[language], locale=language)
        case Hour(at):
            return f"{at:%H:%M}"
        case DayHour(at):
            day = format_date(at.date(), _DAYS[language], locale=language)
            return f"{day}, {format_time(at.time(), 'HH:mm', locale=language)}"
        case Names(names):
            return _tidy(format_list(list(names), locale=language))
        case _:
            return _tidy(str(fact))


def _tidy(value: str) -> str:
    """Carriers refuse line breaks, tabs and runs of spaces in a variable."""
    printable = (" " if unicodedata.category(c)[0] == "C" else c for c in value)
    return " ".join("".join(printable).split())[:LONGEST_VALUE]


def choose(
    texts: Sequence[Text], facts: Facts, used: Sequence[str], what: str, manner: Manner = PLAIN
) -> Text:
    known = {name for name, fact in facts.items() if fact not in (None, "")}
    fitting = [text for text in texts if known.issuperset(text.variables)]
    if not fitting:
        names = ", ".join(sorted(known))
        raise NoWording(f"no text of {what.replace('_', ' ')} fits what is known ({names})")

    def order(text: Text) -> tuple[bool, bool, int, int]:
        other_tone, other_length = manner.tone not in text.tones, manner.length != text.length
        return other_tone, other_length, _last_said(text, used), -len(text.variables)

    return min(fitting, key=order)


def _last_said(text: Text, used: Sequence[str]) -> int:
    """Return how late in `used` the text stands; 0 where it was never said."""
    return max((n for n, name in enumerate(used, 1) if base_of(name) == text.name), default=0)


def base_of(name: str) -> str:
    """Return the text of a file that words were made from, also where a model reworded it.

    >>> base_of("model:small:0a1b:thank_you.2.en"), base_of("thank_you.2.en")
    ('thank_you.2.en', 'thank_you.2.en')
    """
    return name.rpartition(":")[2] if name.startswith("model:") else name


def worded(name: str, text: Text, language: str, facts: Facts) -> Wording:
    values = {variable: say(facts[variable], language) for variable in text.variables}
    numbered = {str(n): values[variable] for n, variable in enumerate(text.variables, 1)}
    return Wording(
        name=name,
        text=text.filled(values),
        template=Template(name=text.name, language=language, variables=numbered),
        says=frozenset(text.variables),
    )


def numbered(text: Text) -> str:
    numbers = {name: f"{{{{{n}}}}}" for n, name in enumerate(text.variables, 1)}
    return text.filled(numbers)


# --- loading ----------------------------------------------------------------------------


def load_prompts(folder: Path, stages: Sequence[Stage]) -> PromptBook:
    """Return the words. Raises BadConfig: a file, a language, a key or a variable is wrong."""
    chats, letters, subjects = {}, {}, {}
    for prompt in sorted({stage.prompt for stage in stages}):
        path = _stage_path(folder, prompt)
        file = read(path, StageFile)
        for language in LANGUAGES:
            at, told = (prompt, language), getattr(file, language)
            chats[at] = list(_chats(path, at, told))
            letters[at] = list(_letters(path, at, told))
            subjects[at] = _subject(path, at, getattr(file.subject, language), letters[at])
    _check_finals(folder, subjects, [stage.prompt for stage in stages if stage.is_final_word])
    return PromptBook(chats, letters, subjects, dict(_reply_texts(folder)))


def load_rights(folder: Path) -> RightsWords:
    """Return the rights words of every language together: nobody must switch to say stop."""
    file = read(folder / "rights.yaml", RightsFile)
    whole: dict[str, Right] = {}
    for right in Right:
        for phrases in getattr(file, right.value).values():
            whole |= dict.fromkeys(phrases, right)
    within = frozenset(phrase for phrases in file.contains.values() for phrase in phrases)
    return RightsWords(whole, within)


def load_instructions(folder: Path, name: str) -> str:
    """Return what a language model is told to do: `agent` or `personal`. Raises BadConfig."""
    return text_of(folder / f"{name}.md")


def _stage_path(folder: Path, prompt: str) -> Path:
    return folder / "stages" / f"{prompt}.yaml"


def _chats(path: Path, at: tuple[str, str], told: Sequence[TextFile]) -> Iterable[Text]:
    prompt, language = at
    for number, one in enumerate(told):
        text = _text(one, f"{prompt}.{number + 1}.{language}", one.ask)
        check(path, (language, number), unknown(text), refused(text))
        yield text


def _letters(path: Path, at: tuple[str, str], told: Sequence[TextFile]) -> Iterable[Text]:
    prompt, language = at
    for number, one in enumerate(told):
        ask = one.ask_by_email or one.ask
        text = _text(one, f"{prompt}.{number + 1}.{language}", ask)
        key = "ask_by_email" if one.ask_by_email else "ask"
        check(path, (language, number, key), unknown(text), _chatty(ask))
        yield text


def _text(one: TextFile, name: str, ask: str) -> Text:
    tones = frozenset(Tone) if one.tone == EITHER else frozenset({Tone(one.tone)})
    return Text(name, f"{one.body}\n\n{ask}", tones, one.length)


def _subject(path: Path, at: tuple[str, str], told: str, letters: Sequence[Text]) -> Text:
    prompt, language = at
    text = Text(f"{prompt}.subject.{language}", told)
    check(path, ("subject", language), unknown(text), _unsure(text, letters))
    return text


def _check_finals(
    folder: Path, subjects: Mapping[tuple[str, str], Text], finals: Sequence[str]
) -> None:
    """A subject is read on a lock screen: one for every outcome cannot tell which it is."""
    for language in LANGUAGES:
        alike = {subjects[prompt, language].text: prompt for prompt in finals}
        for prompt in sorted(alike.values())[1:]:
            where = line_of(_stage_path(folder, prompt), "subject", language)
            mend = f"write the same in {', '.join(sorted(set(finals)))}"
            raise BadConfig([Mistake(where, "tells the outcome by being another one", mend)])


def _reply_texts(folder: Path) -> Iterable[tuple[tuple[str, str], list[Text]]]:
    files = {}
    for language in LANGUAGES:
        path = folder / "replies" / f"{language}.yaml"
        files[language] = read(path, RepliesFile).root
        check_keys(path, files[language], files["en"])
        for key, told in files[language].items():
            texts = [Text(f"{key}.{n}.{language}", text.strip()) for n, text in enumerate(told, 1)]
            for number, text in enumerate(texts):
                template = refused(text) if key in SPEAKS_FIRST else ()
                check(path, (key, number), unknown(text), template)
            yield (key, language), texts


def check_keys(path: Path, keys: Collection[str], expected: Collection[str]) -> None:
    odd = sorted(set(keys) ^ set(expected))
    if odd:
        problem = "must stand in every language"
        raise BadConfig([Mistake(f"{path}: {key}", problem, "add or remove it") for key in odd])


Problem = tuple[str, str]


def check(path: Path, at: tuple[str | int, ...], *problems: Iterable[Problem]) -> None:
    """Raises BadConfig, naming the line, where there are problems."""
    found = list(chain(*problems))
    if found:
        where = line_of(path, *at)
        raise BadConfig([Mistake(where, problem, mend) for problem, mend in found])


def unknown(text: Text, known: Collection[str] = VARIABLES) -> Iterable[Problem]:
    for name in text.variables:
        if name not in known:
            yield f"{{{name}}} is not a variable", f"known: {', '.join(sorted(known))}"


def refused(text: Text) -> Iterable[Problem]:
    """What WhatsApp refuses in a template."""
    if re.match(r"\{\w+\}", text.text) or re.search(r"\{\w+\}\W*$", text.text):
        yield "begins or ends with a variable", "WhatsApp refuses such templates: add a word"
    if re.search(r"\}\W*\{", text.text):
        yield "two variables touch", "WhatsApp refuses such templates: put a word between"


def _chatty(ask: str) -> Iterable[Problem]:
    found = _CHAT.search(ask)
    if found:
        problem = f"says {found[0]}, which means nothing in an e-mail"
        yield problem, "say it for e-mail in `ask_by_email`"


def _unsure(subject: Text, letters: Sequence[Text]) -> Iterable[Problem]:
    """A subject may use what all texts use: then it fits whichever is sent."""
    always = set.intersection(*(set(text.variables) for text in letters))
    for name in subject.variables:
        if name not in always:
            yield f"{{{name}}} is not in every text", f"use {', '.join(sorted(always))}"
