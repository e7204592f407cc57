"""What pages read, on both databases."""

from bot.domain.model import Author, Channel, State, UserId
from bot.store import pages
from bot.store.pages import Tab, Wanted
from tests.factories import DAY, HOUR, NOON, PHONE, completed, decided
from tests.world import world


def test_a_conversation_is_read_as_it_was_told(database_url: str) -> None:
    with world(database_url) as home:
        home.happens(completed(), decided(NOON - HOUR))
        home.passes(2 * HOUR)
        home.writes("HUMAN")
        home.hearback.desk.take(home.conversation, home.recruiter)
        one = home.conversation

        with home.store.read() as tx:
            c = tx.connection
            me, now = home.recruiter.id, home.clock.now()
            mine = pages.inbox(c, Wanted(tab=Tab.MINE), me, now)
            unassigned = pages.inbox(c, Wanted(tab=Tab.UNASSIGNED), me, now)
            everything = pages.inbox(c, Wanted(), UserId(0), now)
            counted = pages.counts(c, me, now)
            who = pages.head(c, one)
            said = pages.thread(c, one)
            noted = pages.notes(c, one)
            planned = pages.upcoming(c, one)
            beside = pages.panel(c, who.person_id)
            due = pages.next_due(c)

    assert [row.name for row in mine] == [row.name for row in everything] == ["Daniel Okafor"]
    assert unassigned == []
    assert (counted.mine, counted.unassigned, counted.all, counted.tasks) == (1, 0, 1, 0)
    assert mine[0].job == "Senior Backend Engineer" and mine[0].author is Author.BOT
    assert who.handoff is not None and who.handoff.holder == "Dana Weiss"
    assert [bubble.kind for bubble in said] == ["thank_you", "inbound", "handoff_notice"]
    assert said[0].state is State.DELIVERED and said[0].arrived_at is not None
    assert [note.what for note in noted] == ["opened", "taken"]
    assert [one.kind for one in planned] == ["status_update"]
    assert beside.processes[0].may_be_released and not beside.opted_out
    assert beside.processes[0].appointments[0].interviewers == ("Ana Ruiz",)
    assert due == planned[0].due_at


def test_a_way_that_was_never_used_is_not_listed_beside_another(database_url: str) -> None:
    with world(database_url) as home:
        home.happens(completed())
        with home.store.begin() as tx:
            person = pages.head(tx.connection, home.conversation).person_id
            by_mail = ("daniel@mail.example", "us@northwind.example")
            tx.conversations.with_address(Channel.EMAIL, *by_mail, lambda: person)

        def listed() -> list[str]:
            with home.store.read() as tx:
                now = home.clock.now()
                rows = pages.inbox(tx.connection, Wanted(), UserId(0), now)
                assert pages.counts(tx.connection, UserId(0), now).all == len(rows)
            return [row.address for row in rows]

        assert listed() == [PHONE]
        home.passes(2 * HOUR)
        assert listed() == [PHONE]


def test_what_arrived_is_what_the_phone_shows(database_url: str) -> None:
    with world(database_url) as home:
        home.happens(completed())
        home.passes(3 * DAY)
        home.carrier.read(home.carrier.taken[0].to)

        with home.store.read() as tx:
            said = pages.arrived(tx.connection, home.conversation)

    assert [bubble.state for bubble in said] == [State.READ, State.READ]
    assert all(bubble.read_at for bubble in said)
