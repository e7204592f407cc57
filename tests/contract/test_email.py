"""What becomes of a mail, whatever the server does with it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.email import Email
from bot.channels.email_errors import PATIENCE
from bot.channels.email_smtp import Stage, Submission
from bot.clock import VirtualClock
from bot.domain.model import MessageId, Template
from bot.domain.ports import Accepted, Channel, Outgoing, Refused, SendOutcome, Unclear
from bot.domain.retrying import Reaction
from tests.fakes.mail_answers import Answer, At, How, refuse
from tests.fakes.mailbox import JOBS, MailServer, mail_settings

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ANA = "ana@candidates.example"
THANKS = Template(name="thank_you.1.en", language="en", variables={"1": "Ana"})
LETTER = Outgoing(
    reference=MessageId(17), sender=JOBS, to=ANA, text="See you on Friday?", subject="Friday"
)
BEFORE_THE_END = (At.GREETING, At.EHLO, At.MAIL, At.RCPT, At.DATA)
HEARD_NOTHING_OF_THE_CANDIDATE = (At.GREETING, At.EHLO, At.MAIL)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def email(server: MailServer, **changes: object) -> Channel:
    return Email(mail_settings(server, **changes), VirtualClock(NOW))


def sent_to(server: MailServer, name: str) -> SendOutcome:
    return email(server).send(replace(LETTER, to=f"{name}@candidates.example"))


def test_it_sends_from_its_own_address_and_needs_no_approval(server: MailServer) -> None:
    channel = email(server)

    channel.send(replace(LETTER, template=THANKS))

    assert channel.sender == JOBS
    assert channel.has_template(THANKS.name)
    [taken] = server.taken
    assert (taken.sender, taken.to) == (JOBS, ANA)
    assert taken.text == "See you on Friday?\n"


def test_no_reports_follow(server: MailServer) -> None:
    assert not email(server).confirms


def test_an_accepted_mail_has_the_id_that_it_carries(server: MailServer) -> None:
    outcome = email(server).send(LETTER)

    assert isinstance(outcome, Accepted)
    assert outcome.provider_id == server.taken[0].mail["Message-ID"]
    assert outcome.provider_id.startswith("<m.17.")
    assert outcome.provider_id.endswith("@northwind.example>")


def test_a_later_attempt_carries_the_id_of_the_first(server: MailServer) -> None:
    """No server knows that it has this mail already; the candidate's mailbox may."""
    channel = email(server)

    first, again = channel.send(LETTER), channel.send(LETTER)
    other = channel.send(replace(LETTER, reference=MessageId(18)))

    assert first == again != other
    assert len(server.taken) == 3


def test_one_send_is_one_conversation(server: MailServer) -> None:
    for name in ("ana", "busy", "unknown", "dropped.after"):
        sent_to(server, name)

    assert server.sessions == 4


def test_a_slow_server_is_waited_for(server: MailServer) -> None:
    assert isinstance(sent_to(server, "slow"), Accepted)


# --- certainly not taken ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("busy", "4.3.2", "it is closing down or overloaded"),
        ("greylisted", "4.7.1", "it lets senders that it does not know wait"),
        ("full", "4.2.2", "the candidate's mailbox is full"),
    ],
)
def test_what_is_refused_for_now_may_be_taken_in_some_minutes(
    server: MailServer, name: str, code: str, words: str
) -> None:
    outcome = sent_to(server, name)

    assert outcome == Refused(
        code=code,
        reason=f"The mail server did not take it: {words}",
        reaction=Reaction.RETRY,
        retry_after=PATIENCE,
    )
    assert server.taken == []


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("unknown", "5.1.1", "this e-mail address does not exist"),
        ("spam", "5.7.1", "its rules do not allow it"),
    ],
)
def test_what_is_refused_for_good_says_why_and_is_not_tried_again(
    server: MailServer, name: str, code: str, words: str
) -> None:
    outcome = sent_to(server, name)

    assert outcome == Refused(code=code, reason=f"The mail server did not take it: {words}")
    assert server.taken == []


@pytest.mark.parametrize(
    ("reply", "code", "reaction", "words"),
    [
        ("550 5.1.2 Bad host", "5.1.2", Reaction.PERMANENT, "behind the @"),
        ("550-5.1.1 The\r\n550 5.1.1 account", "5.1.1", Reaction.PERMANENT, "does not exist"),
        ("550 5.7.606 Banned", "5.7.606", Reaction.PERMANENT, "its rules"),
        ("550 5.9.9 Odd", "5.9.9", Reaction.PERMANENT, "cannot deliver to this"),
        ("550 No such user", "550", Reaction.PERMANENT, "cannot deliver to this"),
        ("599 Odd", "599", Reaction.PERMANENT, "no reason that we know"),
        ("499 Odd", "499", Reaction.RETRY, "try again later"),
        ("530 5.7.0 Sign in first", "5.7.0", Reaction.PAUSE, "sign in"),
        ("550 5.7.26 Unauthenticated", "5.7.26", Reaction.PAUSE, "SPF and DKIM"),
        ("451 5.1.1 It says both", "5.1.1", Reaction.RETRY, "does not exist"),
        ("550 5.1", "550", Reaction.PERMANENT, "cannot deliver to this"),
        ("251 2.1.5 Forwarded", "", Reaction.PERMANENT, ""),
    ],
)
def test_the_reply_decides_and_the_status_in_it_words_it(
    server: MailServer, reply: str, code: str, reaction: Reaction, words: str
) -> None:
    server.will(Answer(at=At.RCPT, reply=reply))

    outcome = email(server).send(LETTER)

    if reply.startswith("2"):
        assert isinstance(outcome, Accepted)
        return
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == (code, reaction)
    assert words in outcome.reason


@pytest.mark.parametrize("at", [*BEFORE_THE_END, At.END])
def test_a_lasting_refusal_lasts_once_the_server_knows_who_the_mail_is_for(
    server: MailServer, at: At
) -> None:
    """Before that it speaks of us, and somebody can mend that."""
    server.will(refuse("554 5.7.1 No", at))

    outcome = email(server).send(LETTER)

    assert isinstance(outcome, Refused)
    ours = at in HEARD_NOTHING_OF_THE_CANDIDATE
    assert outcome.reaction is (Reaction.PAUSE if ours else Reaction.PERMANENT)
    assert server.taken == []


@pytest.mark.parametrize("at", BEFORE_THE_END)
@pytest.mark.parametrize("reply", ["HTTP/1.1 400 Bad Request", "299 Hm", "x" * 9000])
def test_whoever_does_not_speak_as_a_mail_server_has_not_taken_it(
    server: MailServer, at: At, reply: str
) -> None:
    server.will(Answer(at=at, reply=reply))

    outcome = email(server).send(LETTER)

    assert isinstance(outcome, Refused)
    assert outcome.reaction is Reaction.PAUSE or at in (At.RCPT, At.DATA)
    assert server.taken == []


@pytest.mark.parametrize("at", BEFORE_THE_END)
def test_a_connection_lost_before_the_text_has_ended_took_nothing(
    server: MailServer, at: At
) -> None:
    server.will(Answer(at=at, how=How.DROP))

    outcome = email(server).send(LETTER)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("cut_off", Reaction.UNREACHABLE)
    assert server.taken == []


def test_a_connection_lost_within_the_text_took_nothing(server: MailServer) -> None:
    """So long that no buffer between us can hold its end."""
    server.will(Answer(at=At.TEXT))
    settings = mail_settings(server)
    attempt = Submission(settings, settings.tls())

    with pytest.raises(OSError, match="not connected"):
        attempt.submit(JOBS, ANA, b"Hello\r\n" * 8_000_000)

    assert attempt.stage is Stage.ADDRESSED
    assert server.taken == []


def test_where_nobody_listens_nothing_leaves() -> None:
    with MailServer() as gone:
        channel = email(gone)

    outcome = channel.send(LETTER)

    assert outcome == Refused(
        code="unreachable",
        reason="The mail server did not take it: it cannot be reached",
        reaction=Reaction.UNREACHABLE,
    )


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ana",
        "ana@localhost",
        "ana@@candidates.example",
        "ana @candidates.example",
        "Ana <ana@candidates.example>",
        "ana@candidates.example\r\nRCPT TO:<eve@evil.example>",
        "ana@candidates.example\n",
        "ana@candidates.example, eve@evil.example",
        "ana@candidates.example> SIZE=1",
        "añá@candidates.example",
        "ana@cándidates.example",
        "ana@-candidates.example",
        f"{'a' * 65}@candidates.example",
        f"ana@{'a.' * 130}example",
    ],
)
def test_what_is_no_address_is_not_written_to(server: MailServer, to: str) -> None:
    outcome = email(server).send(replace(LETTER, to=to))

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("5.1.3", Reaction.PERMANENT)
    assert outcome.reason.endswith("this is not an e-mail address that we can write to")
    assert server.sessions == 0


@pytest.mark.parametrize("to", ["o'hara+jobs@mail.candidates.example", "a_b-c.d@x1.example"])
def test_unusual_addresses_are_written_to(server: MailServer, to: str) -> None:
    assert isinstance(email(server).send(replace(LETTER, to=to)), Accepted)
    assert server.taken[0].to == to


# --- nobody can tell ----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "taken"), [("dropped.after", 1), ("vanished", 0)])
def test_a_connection_lost_after_the_text_is_unclear_whether_it_was_taken_or_not(
    server: MailServer, name: str, taken: int
) -> None:
    outcome = sent_to(server, name)

    assert outcome == Unclear("the mail server did not say whether it took the message")
    assert len(server.taken) == taken


@pytest.mark.parametrize("reply", ["HTTP/1.1 200 OK", "354 Go on", "x" * 9000])
def test_an_answer_to_the_text_that_is_none_is_unclear(server: MailServer, reply: str) -> None:
    server.will(Answer(reply=reply))

    assert isinstance(email(server).send(LETTER), Unclear)


@pytest.mark.parametrize(
    ("at", "how", "outcome"),
    [
        (At.GREETING, How.HANG, Refused),
        (At.EHLO, How.CHATTER, Refused),
        (At.RCPT, How.HANG, Refused),
        (At.END, How.HANG, Unclear),
        (At.END, How.CHATTER, Unclear),
    ],
)
def test_an_attempt_ends_whether_the_server_is_silent_or_talks_for_ever(
    server: MailServer, at: At, how: How, outcome: type
) -> None:
    server.will(Answer(at=at, how=how))

    assert isinstance(email(server, timeout=0.5).send(LETTER), outcome)


@pytest.mark.parametrize("how", [How.DROP, How.HANG, How.CHATTER])
def test_what_comes_after_a_mail_was_taken_changes_nothing(server: MailServer, how: How) -> None:
    server.will(Answer(at=At.QUIT, how=how))

    assert isinstance(email(server).send(LETTER), Accepted)


# --- many at once -------------------------------------------------------------------------


def test_threads_may_send_at_the_same_time(server: MailServer) -> None:
    channel = email(server)
    letters = [replace(LETTER, reference=MessageId(n), text=f"Hello {n}") for n in range(60)]

    with ThreadPoolExecutor(max_workers=8) as pool:
        outcomes = list(pool.map(channel.send, letters))

    ids = {outcome.provider_id for outcome in outcomes if isinstance(outcome, Accepted)}
    assert {taken.mail["Message-ID"] for taken in server.taken} == ids
    assert len(ids) == 60
