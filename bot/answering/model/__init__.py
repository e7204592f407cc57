"""Answers by a language model, behind the offline understanding and in front of it.

- `answerer`: who answers, and in which order; the rules dispose of what the model proposes
- `draft`: what a turn has come to so far; nothing has happened yet
- `prompt`: what the model reads
- `door`, `tongue`: what may not leave in the model's words
- `rewording`: stages in words for one candidate; `pen` is its way to the model
- `means`: budget, breaker and patience, the same for whoever asks
- `breaker`: leaves a broken server alone for a while
- `mind`, `pen`, `tools`, `guard`, `wire`: everything that knows langchain; imported only where
  a model is configured
"""

from bot.answering.model.answerer import ModelAnswerer
from bot.answering.model.breaker import Breaker
from bot.answering.model.door import Door
from bot.answering.model.means import Budget, Means
from bot.answering.model.rewording import ModelRewording

__all__ = ["Breaker", "Budget", "Door", "Means", "ModelAnswerer", "ModelRewording"]
