"""What colleagues may answer, checked: some of it is read by a candidate."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.asks import RULES, Choice, Kind
from bot.domain.topics import judges

LONGEST_TOPIC = 60
MOST_TOPIC_WORDS = 8
LONGEST_REASON = 200
FURTHEST_DAY = timedelta(days=60)
_NOT_SAID = ("://", "www.", "@", "<", ">", "{", "}")
_SENTENCE = (".", "!", "?", ";", ":")


@dataclass(frozen=True, kw_only=True)
class Answer:
    choice: Choice
    day: date | None = None
    """With `by`."""
    topic: str = ""
    """With `done`: one thing they talked about, which the candidate may read."""
    words: str = ""
    """With `words`: the reason, which the candidate will read in the middle of a sentence."""

    @property
    def detail(self) -> str:
        match self.choice:
            case Choice.BY:
                return self.day.isoformat() if self.day else ""
            case Choice.DONE:
                return _tidy(self.topic)
            case Choice.WORDS:
                return _tidy(self.words).rstrip(".")
            case _:
                return ""


def problem(kind: Kind, answer: Answer, today: date) -> str:
    """Return what is wrong with an answer (`choice`, `day`, `topic` or `words`), or nothing."""
    if answer.choice not in RULES[kind].choices:
        return "choice"
    if answer.choice is Choice.BY and not _usable_day(answer.day, today):
        return "day"
    if answer.choice is Choice.DONE and answer.topic.strip() and not usable_topic(answer.topic):
        return "topic"
    if answer.choice is Choice.WORDS and not _usable_words(answer.words):
        return "words"
    return ""


def usable_topic(text: str) -> bool:
    """Whether `text` can stand in a thank-you as it is: a short noun phrase, on one line.

    No numbers, since scores and pay come as numbers; no links, no sentences, no verdicts.

    >>> [usable_topic(text) for text in ("event-driven design", "4 out of 5", "I liked her.")]
    [True, False, False]
    """
    said = text.strip()
    words = said.split()
    return (
        0 < len(said) <= LONGEST_TOPIC
        and len(words) <= MOST_TOPIC_WORDS
        and said.isprintable()
        and not any(character.isdigit() for character in said)
        and not any(sign in said for sign in _NOT_SAID)
        and not any(word.endswith(_SENTENCE) for word in words)
        and not judges(said)
    )


def _usable_day(day: date | None, today: date) -> bool:
    return day is not None and today <= day <= today + FURTHEST_DAY


def _usable_words(words: str) -> bool:
    said = words.strip()
    plain = said.isprintable() and not any(sign in said for sign in _NOT_SAID)
    return plain and 0 < len(said) <= LONGEST_REASON


def _tidy(text: str) -> str:
    return " ".join(text.split())
