"""Texts, as assertions look at them."""

import re
from datetime import timedelta

from bot.domain.rights import fold
from bot.scenario.assertions import Words

_PLAIN = re.compile(r"[^\W_]+")


def says(text: str, item: str) -> bool:
    """Whether `text` contains `item`, whatever case and accents; as a whole word where the
    item is only letters or digits.

    >>> says("Mañana a las 10", "manana"), says("the rejection", "reject"), says("24h", "24h")
    (True, False, True)
    """
    if _PLAIN.fullmatch(item):
        return f" {fold(item)} " in f" {fold(text)} "
    return _flat(item) in _flat(text)


def _flat(text: str) -> str:
    """Like `fold`, and what is neither letter nor digit stays."""
    words = re.split(r"([^\w]+)", text)
    return "".join(fold(word) or word for word in words if word).casefold()


def fits_words(text: str, told: Words) -> bool:
    return (
        (not told.contains_any or any(says(text, one) for one in told.contains_any))
        and all(says(text, one) for one in told.contains_all)
        and not any(says(text, one) for one in told.not_contains)
    )


def written(offset: timedelta) -> str:
    """Return an offset as scenarios write it.

    >>> written(timedelta(days=2, hours=1)), written(-timedelta(minutes=5))
    ('+49h', '-5m')
    """
    seconds = round(abs(offset).total_seconds())
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    text = "".join(f"{number}{unit}" for number, unit in parts if number)
    return ("-" if offset < timedelta() else "+") + (text or "0s")
