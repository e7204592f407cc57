"""What candidates mean: `prompts/understanding/` holds the patterns, examples and weights.

- `patterns`: turns of phrase that must not be missed or confused
- `features`, `embedding`: what the weights see of a text
- `weights`: the numbers, and `learning` where they come from
- `reading`: all of it together
"""

from pathlib import Path

from bot.answering.understanding.embedding import embedder
from bot.answering.understanding.manners import Manners
from bot.answering.understanding.patterns import load_patterns
from bot.answering.understanding.reading import URGENCY, Intent, Meaning, Understanding
from bot.answering.understanding.weights import load_weights
from bot.domain.errors import BadConfig, Mistake
from bot.prompts import load_rights
from bot.yamlfile import Strict, line_of, read

__all__ = ["URGENCY", "Intent", "Meaning", "Understanding", "load_understanding"]


class ContextFile(Strict):
    after: dict[str, dict[str, float]]


def load_understanding(prompts: Path) -> Understanding:
    """Raises BadConfig, naming the line."""
    folder = prompts / "understanding"
    return Understanding(
        rights=load_rights(prompts),
        patterns=load_patterns(folder / "patterns.yaml"),
        identity=load_patterns(prompts / "identity.yaml"),
        weights=load_weights(folder / "weights.npz"),
        embed=embedder(),
        after=_context(folder / "context.yaml"),
        manners=Manners(load_patterns(prompts / "manners.yaml")),
    )


def _context(path: Path) -> dict[str, dict[str, float]]:
    after = read(path, ContextFile).after
    mistakes = [
        Mistake(line_of(path, "after", message, intent), *_wrong(intent, times))
        for message, intents in after.items()
        for intent, times in intents.items()
        if intent not in URGENCY or times <= 0
    ]
    if mistakes:
        raise BadConfig(mistakes)
    return after


def _wrong(intent: str, times: float) -> tuple[str, str]:
    if intent not in URGENCY:
        return "is no intent", f"one of {', '.join(sorted(URGENCY))}"
    return f"cannot be {times:g} times as likely", "a number above 0"
