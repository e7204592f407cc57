"""Statements that are made once and run many times."""

import sqlalchemy as sa

from bot.store.sql import prepared

seats = sa.table("seats", sa.column("id", sa.Integer), sa.column("taken_by", sa.Text))
made: list[str] = []


@prepared
def _seat(of: int, by: str) -> sa.Select[tuple[int]]:
    made.append("seat")
    return sa.select(seats.c.id).where(seats.c.id == of, seats.c.taken_by == by)


@prepared
def _sit(of: int) -> sa.Update:
    return sa.update(seats).where(seats.c.id == of)


def test_it_is_made_when_it_is_first_needed_and_never_again() -> None:
    made.clear()

    first, of_ana = _seat(1, "Ana")
    second, of_ben = _seat(2, "Ben")

    assert first is second
    assert made == ["seat"]
    assert (of_ana, of_ben) == ({"of": 1, "by": "Ana"}, {"of": 2, "by": "Ben"})


def test_what_an_update_sets_joins_its_parameters() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql("create table seats (id integer, taken_by text)")
        connection.execute(sa.insert(seats), [{"id": 1, "taken_by": ""}, {"id": 2, "taken_by": ""}])

        statement, of = _sit(2)
        connection.execute(statement, {**of, "taken_by": "Ben"})

        assert connection.execute(*_seat(2, "Ben")).scalar() == 2
        assert connection.execute(*_seat(1, "Ben")).scalar() is None
    engine.dispose()
