"""What a language model costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.invariants.record import Record

MOST_CALLS = 6
MOST_REWORDING = 2
"""A stage is said in other words, and mended once."""
ONE_TURN = 25_000
"""Tokens that the turn may take which went beyond: it began below."""


def models_are_paid_for(record: Record) -> Iterator[str]:
    """I18. A turn asks the model at most six times; nobody's answers cost more a day than is
    allowed, nor everybody's, but for the turn that went beyond."""
    for row in record.outbound:
        for told, most in ((row.reason, MOST_CALLS), (row.worded, MOST_REWORDING)):
            found = re.search(r"\bby \S+, (\d+) calls?,", told)
            if found and int(found[1]) > most:
                yield f"message {row.id} took {found[1]} calls of the model"
    days: Counter[object] = Counter()
    for row in record.tables["model_tokens"]:
        days[row.day] += row.tokens
        if row.tokens > record.rules.tokens_per_candidate + ONE_TURN:
            yield f"person {row.person_id} cost {row.tokens} tokens on {row.day}"
    for day, tokens in days.items():
        if tokens > record.rules.tokens_per_day + ONE_TURN:
            yield f"everybody cost {tokens} tokens on {day}"
