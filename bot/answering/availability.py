"""When a candidate can talk: the words of `prompts/availability/`, and what is asked in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field

from bot.domain.availability import Availability, Doubt, Lexicon, Message, Reason, understand
from bot.domain.availability.clocks import Part
from bot.domain.availability.scan import words_of
from bot.domain.availability.symbols import Kind, Symbol
from bot.domain.errors import BadConfig, Mistake
from bot.domain.facts import Day, Facts
from bot.domain.ports import Wording
from bot.prompts import LANGUAGES, Text, check, check_keys, choose, supported, worded
from bot.yamlfile import Strict, line_of, read

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday weekend".split()
MONTHS = (
    "january february march april may june july august september october november december".split()
)
VARIABLES = {"day", "other"}
Phrases = list[str]


class WordsFile(Strict):
    next_weekday_is_coming: bool
    weekdays_count: bool
    instead: dict[str, str]
    words: dict[str, Phrases | dict[str | int, Phrases]]
    questions: dict[Reason, Phrases] = Field(min_length=1)


@dataclass(frozen=True)
class AvailabilityReader:
    """Reads when somebody can talk, and words what must be asked."""

    lexicons: Mapping[str, Lexicon]
    questions: Mapping[tuple[str, Reason], Sequence[Text]]

    def read(self, message: Message, language: str) -> Availability:
        return understand(message, self.lexicons[supported(language)])

    def ask(self, doubt: Doubt, language: str) -> str:
        """Return the question that settles a doubt."""
        return self.worded(doubt, language).text

    def worded(self, doubt: Doubt, language: str) -> Wording:
        """Return that question and the name of its words."""
        language = supported(language)
        names = ("day", "other")
        facts: Facts = {name: Day(on) for name, on in zip(names, doubt.readings, strict=False)}
        text = choose(self.questions[language, doubt.reason], facts, (), doubt.reason)
        return worded(text.name, text, language, facts)


def load_availability(folder: Path) -> AvailabilityReader:
    """Return the words of every language. Raises BadConfig, naming the line."""
    paths = {language: folder / "availability" / f"{language}.yaml" for language in LANGUAGES}
    files = {language: read(path, WordsFile) for language, path in paths.items()}
    questions: dict[tuple[str, Reason], Sequence[Text]] = {}
    for language, path in paths.items():
        check_keys(path, files[language].questions, tuple(Reason))
        for reason, told in files[language].questions.items():
            questions[language, reason] = list(_questions(path, reason, told, language))
    lexicons = {one: _lexicon(paths[one], files[one], one) for one in LANGUAGES}
    return AvailabilityReader(lexicons, questions)


def _questions(path: Path, reason: Reason, told: Phrases, language: str) -> Iterator[Text]:
    for number, one in enumerate(told):
        text = Text(f"availability.{reason}.{number + 1}.{language}", one.strip())
        odd = [name for name in text.variables if name not in VARIABLES]
        problems = [(f"{{{name}}} is not known here", "use {day} or {other}") for name in odd]
        check(path, ("questions", reason.value, number), problems)
        yield text


def _lexicon(path: Path, file: WordsFile, language: str) -> Lexicon:
    phrases = {words_of(name): Symbol(Kind.CITY, zone) for name, zone in _cities()}
    known: dict[tuple[str, ...], str] = {}
    for key, symbol, phrase in _meanings(path, file):
        words = words_of(phrase)
        if known.setdefault(words, key) != key:
            raise _twice(path, key, phrase, known[words])
        phrases[words] = symbol
    return Lexicon(
        language=language,
        phrases=phrases,
        instead={words_of(said): words_of(meant) for said, meant in file.instead.items()},
        next_is_coming=file.next_weekday_is_coming,
        weekdays_count=file.weekdays_count,
    )


def _meanings(path: Path, file: WordsFile) -> Iterator[tuple[str, Symbol, str]]:
    """Yield each phrase with the key that it stands under and what it stands for."""
    for key, told in file.words.items():
        kind = _kind(path, key)
        if isinstance(told, list):
            yield from ((key, Symbol(kind), phrase) for phrase in told)
            continue
        for name, phrases in told.items():
            symbol = Symbol(kind, _value(path, kind, key, name))
            yield from ((key, symbol, phrase) for phrase in phrases)


def _kind(path: Path, key: str) -> Kind:
    try:
        return Kind(key.upper())
    except ValueError:
        raise BadConfig(
            [Mistake(line_of(path, "words", key), "there is no such kind of word", "see en.yaml")]
        ) from None


def _value(path: Path, kind: Kind, key: str, name: str | int) -> object:
    try:
        match kind:
            case Kind.WEEKDAY | Kind.WEEKDAYS:
                return WEEKDAYS.index(str(name))
            case Kind.MONTH:
                return MONTHS.index(str(name)) + 1
            case Kind.PART:
                return Part(str(name))
            case Kind.NUMBER | Kind.ORDINAL | Kind.DAY:
                return int(name)
            case _:
                return str(name)
    except ValueError:
        where = line_of(path, "words", key, name)
        raise BadConfig([Mistake(where, "is not known here", "use a name of en.yaml")]) from None


def _twice(path: Path, key: str, phrase: str, other: str) -> BadConfig:
    problem = f"{phrase!r} stands under {other!r} too"
    return BadConfig([Mistake(line_of(path, "words", key), problem, "keep one of them")])


def _cities() -> Iterable[tuple[str, str]]:
    """Yield the cities after which zones are called, in English."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone and "Etc/" not in zone)
    return chain((zone.rpartition("/")[2].replace("_", " "), zone) for zone in zones)


def month_first(language: str, zone: ZoneInfo) -> bool:
    """Whether 03/04 is the fourth of March: in English, where clocks are those of the States."""
    return language == "en" and zone.key in US_ZONES


US_ZONES = frozenset(
    "America/New_York America/Chicago America/Denver America/Los_Angeles America/Phoenix "
    "America/Anchorage America/Detroit America/Boise America/Adak America/Juneau America/Sitka "
    "America/Nome America/Menominee America/Metlakatla America/Yakutat Pacific/Honolulu "
    "America/Indiana/Indianapolis America/Indiana/Knox America/Indiana/Marengo "
    "America/Indiana/Petersburg America/Indiana/Tell_City America/Indiana/Vevay "
    "America/Indiana/Vincennes America/Indiana/Winamac America/Kentucky/Louisville "
    "America/Kentucky/Monticello America/North_Dakota/Beulah America/North_Dakota/Center "
    "America/North_Dakota/New_Salem US/Eastern US/Central US/Mountain US/Pacific US/Alaska "
    "US/Hawaii US/Arizona".split()
)
