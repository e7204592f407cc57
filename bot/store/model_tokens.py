"""What a language model was asked and answered, in tokens: a row for each day and person."""

from datetime import date

import sqlalchemy as sa

from bot.domain.model import PersonId
from bot.store.schema import model_tokens
from bot.store.sql import insert


class ModelTokens:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, day: date, person_id: PersonId, tokens: int) -> None:
        row = insert(self._connection, model_tokens).values(
            day=day, person_id=person_id, tokens=tokens
        )
        self._connection.execute(
            row.on_conflict_do_update(
                index_elements=[model_tokens.c.day, model_tokens.c.person_id],
                set_={"tokens": model_tokens.c.tokens + row.excluded.tokens},
            )
        )

    def of(self, day: date, person_id: PersonId | None = None) -> int:
        """Return the tokens of a day: one person's, or everybody's."""
        query = sa.select(sa.func.coalesce(sa.func.sum(model_tokens.c.tokens), 0))
        query = query.where(model_tokens.c.day == day)
        if person_id is not None:
            query = query.where(model_tokens.c.person_id == person_id)
        return int(self._connection.execute(query).scalar_one())
