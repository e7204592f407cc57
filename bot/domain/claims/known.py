"""What the facts claim: read in the same way as a text, and whatever their keys are called."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.claims.figures import SURVEY_SCALE, amounts, links, numbers, phones
from bot.domain.claims.lexicon import Claim, Kind, Lexicon, plain
from bot.domain.claims.moments import When, dates, near, reach, times, when
from bot.domain.claims.names import WORD, stem

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]

PRIVATE = re.compile(
    r"private|internal|confidential|secret|score_?card|unreleased|do_not_share|not_shareable|"
    r"(?<!shareable_)notes?$|^canary"
)
"""Keys of what must not be told."""
_UNRELEASED = re.compile(r"(?:decision_)?released(?:_at|_by)?$|^embargo(?:ed)?$|^held$")
_OUTCOME = re.compile(r"decision|outcome|result")
_DOUBT = frozenset({"requested", "tentative", "proposed", "unconfirmed", "cancelled", "canceled"})
_NOW = frozenset({"now", "today"})
_IMPLIED = {
    "advance": ("advance", "offer"),
    "decided": ("advance", "reject", "offer", "decided"),
}
"""What else makes a status true."""
_MAY_BE_DENIED = frozenset(
    {"advance", "offer", "decided", "paused", "cancelled", "confirmed", "moved"}
)
_DENIAL = re.compile(
    r"\b(?:no|not|nothing|never|without|ningun\w*|nada|nunca|sin|nao|nenhum\w*|nem|ni|\w+n't)"
    r"(?:\s+[\w']+){0,3}\s+$"
)
_SAYS = 3
"""Shorter words say nothing of their own."""
_ALIKE = 5
"""Words are the same topic when they begin with so many equal letters."""


@dataclass
class Known:
    """What a text may claim."""

    lexicon: Lexicon
    readings: dict[Kind, set[Hashable]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    text: str = ""
    """Everything that is public, in plain letters."""
    hidden: set[str] = field(default_factory=set)
    """Words that stand only in what is private."""
    today: date | None = None
    moments: list[datetime] = field(default_factory=list)
    zones: list[ZoneInfo] = field(default_factory=list)

    def backs(self, claim: Claim) -> bool:
        """Whether the facts say so, too."""
        match claim.kind:
            case Kind.DATE:
                return any(self._dated(reading) for reading in claim.readings)
            case Kind.NAME:
                return all(self._named(str(reading)) for reading in claim.readings)
            case Kind.TOPIC:
                return all(self._alike(str(reading)) for reading in claim.readings)
            case Kind.DETAIL:
                words = re.findall(r"[\w']+", " ".join(map(str, claim.readings)))
                return all(word in self.words or len(word) < _SAYS for word in words)
            case Kind.ASSESSMENT | Kind.OTHERS:
                return all(str(reading) in self.text for reading in claim.readings)
            case Kind.AMOUNT:
                return bool(
                    claim.readings & self._of(Kind.NUMBER) | claim.readings & self._of(claim.kind)
                )
            case Kind.CONTACT | Kind.LINK:
                return any(self._reaches(str(reading), claim.kind) for reading in claim.readings)
            case Kind.STATUS:
                return any(self._holds(str(reading)) for reading in claim.readings)
            case _:
                return bool(claim.readings & self._of(claim.kind))

    def __post_init__(self) -> None:
        self.readings[Kind.NUMBER] = {SURVEY_SCALE}

    def _of(self, kind: Kind) -> set[Hashable]:
        return self.readings.get(kind, set())

    def _reaches(self, told: str, kind: Kind) -> bool:
        return any(str(one).endswith(told) for one in self._of(kind))

    def _holds(self, status: str) -> bool:
        return not self._of(Kind.STATUS).isdisjoint(_IMPLIED.get(status, (status,)))

    def _named(self, word: str) -> bool:
        parts = re.split(r"[-'\u2019.]+", word)
        return all(part in self.words or part in self.lexicon.common for part in parts)

    def _alike(self, word: str) -> bool:
        return any(known[:_ALIKE] == word[:_ALIKE] for known in self.words)

    def _dated(self, reading: Hashable) -> bool:
        days = self._of(Kind.DATE)
        if isinstance(reading, When):
            counted = reading.is_bare and reading.day in self._of(Kind.NUMBER)
            return counted or any(reading.fits(one) for one in days if isinstance(one, When))
        if reading in days:
            return True
        if self.today is None:
            return bool(days) and reading in ("this_week", "yesterday")
        first, last = reach(str(reading), self.today)
        reached = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return any(when(day) in days for day in reached)


def known(facts: Mapping[str, Json], lexicon: Lexicon) -> Known:
    """Read the facts; what is private only says what must not be repeated."""
    found = Known(lexicon)
    public, private = list(_public(facts)), list(_private(facts))
    for key, value in public:
        _note_zone_and_today(found, key, value)
    for key, value in public:
        _note(found, key, value)
    _note_appointments(found)
    _note_stretches(found)
    found.hidden = {
        word
        for _, value in private
        for word in map(stem, WORD.findall(plain(str(value))))
        if len(word) >= _ALIKE and word not in found.words and word not in lexicon.common
    }
    return found


def _public(facts: Json, key: str = "", hide: bool = False) -> Iterator[tuple[str, Json]]:
    yield from ((name, value) for name, value, private in _leaves(facts, key, hide) if not private)


def _private(facts: Json, key: str = "", hide: bool = False) -> Iterator[tuple[str, Json]]:
    yield from ((name, value) for name, value, private in _leaves(facts, key, hide) if private)


def _leaves(facts: Json, key: str, hide: bool) -> Iterator[tuple[str, Json, bool]]:
    if isinstance(facts, Mapping):
        held = _is_held(facts)
        for name, value in facts.items():
            told = str(name).casefold()
            private = hide or bool(PRIVATE.search(told)) or (held and bool(_OUTCOME.search(told)))
            yield from _leaves(value, told, private)
    elif isinstance(facts, Sequence) and not isinstance(facts, str):
        for value in facts:
            yield from _leaves(value, key, hide)
    else:
        yield key, facts, hide


def _is_held(facts: Mapping[str, Json]) -> bool:
    """Whether an outcome stands beside the word that it is not released."""
    for name, value in facts.items():
        told = str(name).casefold()
        if _UNRELEASED.search(told):
            return bool(value) if told.startswith(("held", "embargo")) else not value
    return False


def _note_zone_and_today(found: Known, key: str, value: Json) -> None:
    if isinstance(value, str) and "/" in value and (zone := _zone(value)):
        found.zones.append(zone)
    if key in _NOW and isinstance(value, str):
        moment = _moment(value)
        found.today = moment.date() if moment else None


def _note(found: Known, key: str, value: Json) -> None:
    if isinstance(value, bool):
        return
    if value is None:
        if _OUTCOME.search(key):
            found.readings.setdefault(Kind.STATUS, set()).add("undecided")
        return
    if isinstance(value, int | float):
        found.readings.setdefault(Kind.NUMBER, set()).add(float(value))
        return
    _note_text(found, str(value))


def _note_text(found: Known, value: str) -> None:
    text = plain(value)
    found.text += f" {text} "
    for word in WORD.findall(text):
        found.words |= {stem(word), *re.split(r"[-'\u2019.]", word)}
    moment = _moment(value)
    if moment is not None:
        _note_moment(found, moment, has_time=":" in value)
        return
    for claim in (*read(text, value, found.lexicon), *links(value)):
        found.readings.setdefault(claim.kind, set()).update(claim.readings)
        found.readings[claim.kind].update(
            day for one in claim.readings if isinstance(one, When) for day in one.whole(found.today)
        )
    _note_named(found, text)


def read(text: str, original: str, lexicon: Lexicon) -> Iterator[Claim]:
    """Yield what any text claims by figures, moments and statuses; `text` is it in plain."""
    yield from dates(text)
    yield from near(text, lexicon)
    yield from times(text)
    yield from phones(original)
    yield from amounts(text)
    yield from numbers(text, lexicon)
    yield from statuses(text, lexicon)


def statuses(text: str, lexicon: Lexicon) -> Iterator[Claim]:
    """Yield outcomes and states; "not moved" and "nothing is booked" are none."""
    for status, pattern in lexicon.statuses.items():
        for found in pattern.finditer(text):
            if status in _MAY_BE_DENIED and _DENIAL.search(text[: found.start()]):
                continue
            yield Claim(Kind.STATUS, found.start(), found.end(), frozenset([status]))


def _note_named(found: Known, text: str) -> None:
    told = {text.strip().replace(" ", "_").replace("-", "_"), *WORD.findall(text)}
    for status, names in found.lexicon.named.items():
        if told & names:
            found.readings.setdefault(Kind.STATUS, set()).add(status)


def _note_moment(found: Known, moment: datetime, *, has_time: bool) -> None:
    for zone in (None, *found.zones):
        local = moment.astimezone(zone) if zone and moment.tzinfo else moment
        found.readings.setdefault(Kind.DATE, set()).add(when(local.date()))
        if has_time:
            found.readings.setdefault(Kind.TIME, set()).add(local.hour * 60 + local.minute)
    if has_time:
        found.moments.append(moment.replace(tzinfo=None))


def _note_appointments(found: Known) -> None:
    """An hour that is known is an appointment that stands, unless the facts doubt it."""
    if found.readings.get(Kind.TIME) and not found.words & _DOUBT:
        found.readings.setdefault(Kind.STATUS, set()).add("confirmed")


def _note_stretches(found: Known) -> None:
    """How long it is from one moment to another is known, too."""
    lasting = found.readings.setdefault(Kind.NUMBER, set())
    for one, two in combinations(found.moments[:12], 2):
        minutes = abs((two - one).total_seconds()) / 60
        if minutes <= 12 * 60:
            lasting |= {minutes, minutes / 60}


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None
