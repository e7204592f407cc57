"""Words in the gaps of an approved template, as every carrier of WhatsApp wants them."""

from bot.channels.text import storable
from bot.domain.model import Template

VARIABLE_LIMIT = 250
"""WhatsApp refuses templates whose variables outgrow their text."""


def variables(template: Template) -> tuple[str, ...] | None:
    """Return the variables by position, or None where one is missing or empty: carriers fill
    a gap with the template's samples, "Hi Owl Air" to a candidate, or refuse it."""
    given = {key: _fit(value) for key, value in template.variables.items()}
    told = tuple(given.get(str(position), "") for position in range(1, len(given) + 1))
    return told if all(told) else None


def _fit(value: str) -> str:
    """WhatsApp refuses variables with line breaks, tabs or more than four spaces."""
    line = " ".join(storable(value).split())
    return line if len(line) <= VARIABLE_LIMIT else f"{line[: VARIABLE_LIMIT - 1]}…"
