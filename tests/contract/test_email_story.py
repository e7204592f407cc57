"""From the words through the database to the mailbox: what was worded is what arrives."""

from bot.channels.email import Email
from bot.clock import VirtualClock
from bot.domain.model import Author, Channel, Conversation, Form, Message
from bot.domain.ports import Accepted, Wording
from bot.store import Store, Tx
from tests.factories import NOON
from tests.fakes.mailbox import JOBS, MailServer, mail_settings
from tests.unit.test_letters import letter
from tests.unit.test_words import BY_NAME

DANIEL = "daniel@candidates.example"


def talk(tx: Tx) -> Conversation:
    person = tx.people.add(NOON, name="Daniel Okafor")
    return tx.conversations.with_address(Channel.EMAIL, DANIEL, JOBS, lambda: person)


def worded(tx: Tx, conversation: Conversation, author: Author, wording: Wording) -> Message:
    id = tx.messages.add(
        conversation, author=author, kind="offer", key=f"1:offer:{author}", body="", due_at=NOON
    )
    assert id is not None
    row = tx.messages.find(id)
    assert row is not None
    tx.messages.worded(row, wording, "", introduces=True, promised_by=None)
    return tx.messages.fresh(row)


def test_a_letter_arrives_as_it_was_worded_and_says_that_no_person_wrote_it(store: Store) -> None:
    words = letter(BY_NAME["offer"], "pt")
    with store.begin() as tx:
        conversation = talk(tx)
        row = worded(tx, conversation, Author.BOT, words)
        outgoing = tx.messages.outgoing(row, conversation, Form.TEXT)

    with MailServer() as server:
        outcome = Email(mail_settings(server), VirtualClock(NOON)).send(outgoing)

    assert isinstance(outcome, Accepted)
    [taken] = server.taken
    assert (taken.sender, taken.to) == (JOBS, DANIEL)
    assert (
        taken.mail["Subject"]
        == words.subject
        == "Daniel, nosso retorno sobre Senior Backend Engineer"
    )
    assert taken.text == f"{words.text}\n"
    assert taken.mail["Auto-Submitted"] == "auto-generated"


def test_what_a_person_wrote_does_not_say_so(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        row = worded(tx, conversation, Author.PERSON, letter(BY_NAME["offer"], "en"))

        assert not tx.messages.outgoing(row, conversation, Form.TEXT).automatic


def test_the_words_of_an_erased_conversation_are_gone_with_the_one_above_them(
    store: Store,
) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        row = worded(tx, conversation, Author.BOT, letter(BY_NAME["offer"], "en"))

        tx.messages.forget([conversation.id])

        blank = tx.messages.fresh(row)
        assert (blank.subject, blank.body, blank.template) == ("", "", None)
