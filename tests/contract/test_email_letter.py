"""What a mail looks like when it has arrived, and what nobody can make of it."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.email import Email
from bot.channels.email_letter import letter, message_id
from bot.clock import VirtualClock
from bot.domain.addresses import Mailbox
from bot.domain.model import MessageId
from bot.domain.ports import Accepted, Outgoing
from tests.fakes.mailbox import JOBS, MailServer, mail_settings

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LETTER = Outgoing(
    reference=MessageId(17),
    sender=JOBS,
    to="ana@candidates.example",
    text="Hello Ana,\n\nsee you on Friday?",
    subject="Friday",
)
UNSUBSCRIBE = {"List-Unsubscribe", "List-Unsubscribe-Post"}
ALWAYS = {"From", "To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted"}
ALWAYS |= {"Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
LONG_DOMAIN = f"{'recruiting-and-people.' * 5}northwind.example"


def written(message: Outgoing = LETTER, name: str = "Northwind Labs") -> EmailMessage:
    """A mail as it is read at the other end."""
    wire = letter(message, name, NOW).as_bytes()
    assert wire.isascii()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
    mail = message_from_bytes(wire, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    return mail


def shown(mail: EmailMessage, header: str) -> str:
    """A header as mail clients decode it; the library's new parser adds spaces to names."""
    raw = message_from_bytes(mail.as_bytes())[header]
    return str(make_header(decode_header(raw)))


def test_it_says_who_writes_to_whom_about_what_and_when() -> None:
    mail = written()

    assert set(mail.keys()) == ALWAYS
    assert mail["From"] == "Northwind Labs <jobs@northwind.example>"
    assert mail["To"] == "ana@candidates.example"
    assert mail["Subject"] == "Friday"
    assert mail["Date"].datetime == NOW


def test_it_says_that_no_person_wrote_it_and_only_then() -> None:
    assert written()["Auto-Submitted"] == "auto-generated"
    assert "Auto-Submitted" not in written(replace(LETTER, automatic=False))


def test_answers_go_where_they_are_asked_to_go() -> None:
    mail = written(replace(LETTER, reply_to="dana@northwind.example"))

    assert mail["Reply-To"] == "dana@northwind.example"
    assert "Reply-To" not in written(replace(LETTER, reply_to="Dana"))


def test_a_link_to_unsubscribe_stays_whole() -> None:
    link = f"https://hr.northwind.example/unsubscribe/{'x' * 200}?m=17&l=es"

    wire = letter(replace(LETTER, unsubscribe_url=link), "Northwind Labs", NOW).as_bytes()

    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in wire


def test_without_a_subject_it_says_at_least_who_writes() -> None:
    assert written(replace(LETTER, subject=" "))["Subject"] == "Northwind Labs"


@pytest.mark.parametrize(
    "text",
    [
        "Ana María, nuestra respuesta sobre «Ingeniería de datos»",
        "李雷,关于职位的答复",
        "Zoë 👩‍👩‍👧 " + "ñandú " * 40,
        "x" * 700,
    ],
)
def test_names_and_subjects_of_every_script_arrive(text: str) -> None:
    mail = written(replace(LETTER, subject=text), name=text)

    assert mail["Subject"] == text.strip()
    assert text.strip() in shown(mail, "From")


@pytest.mark.parametrize(
    "name", ['Acme, "Rockets" & Co.', "jobs@evil.example", "A <b@evil.example>"]
)
def test_a_name_is_never_an_address(name: str) -> None:
    [sender] = written(name=name)["From"].addresses

    assert (sender.display_name, sender.addr_spec) == (name, JOBS)


@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\x00\r\n", "\ud800\n"]
)
@pytest.mark.parametrize("part", ["subject", "reply_to", "unsubscribe_url", "name"])
def test_no_line_end_makes_a_header(part: str, end: str) -> None:
    evil = f"dana@northwind.example{end}Bcc: eve@evil.example{end}{end}Hello"

    mail = written(name=evil) if part == "name" else written(replace(LETTER, **{part: evil}))

    assert set(mail.keys()) - UNSUBSCRIBE == ALWAYS
    assert mail.get_content().startswith("Hello Ana,")


words = st.text(st.characters(codec=None), max_size=120)


@given(subject=words, name=words, text=words, link=words, reply_to=words)
def test_whatever_stands_in_it_only_its_own_headers_arrive(
    subject: str, name: str, text: str, link: str, reply_to: str
) -> None:
    message = replace(LETTER, subject=subject, text=text, unsubscribe_url=link, reply_to=reply_to)

    mail = written(message, name)

    assert set(mail.keys()) - {*UNSUBSCRIBE, "Reply-To"} == ALWAYS
    assert [address.addr_spec for address in mail["From"].addresses] == [JOBS]
    assert [address.addr_spec for address in mail["To"].addresses] == [LETTER.to]
    assert mail["Message-ID"] == message_id(message)


# --- ids ----------------------------------------------------------------------------------


def test_two_databases_that_both_have_a_message_17_make_two_ids() -> None:
    ours, theirs = LETTER, replace(LETTER, text="Good news")

    assert message_id(ours) == message_id(replace(ours))
    assert message_id(ours) != message_id(theirs)
    assert message_id(ours) != message_id(replace(ours, to="bea@candidates.example"))


def test_all_mails_of_a_conversation_belong_together_and_those_of_others_do_not() -> None:
    first, second = written(), written(replace(LETTER, reference=MessageId(18), text="Still on?"))
    other = written(replace(LETTER, to="bea@candidates.example"))

    assert first["References"] == second["References"] != other["References"]
    assert first["Message-ID"] != first["References"]


def test_ids_are_not_broken_by_a_long_domain() -> None:
    """The library encodes what does not fit a line, and then no mailbox knows it again."""
    message = replace(LETTER, sender=f"jobs@{LONG_DOMAIN}")

    wire = letter(message, "Northwind Labs", NOW).as_bytes().decode()

    assert f"\r\nMessage-ID: {message_id(message)}\r\n" in wire
    assert f"@{LONG_DOMAIN}>\r\nAuto-Submitted: " in wire


# --- the text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Hello Ana,\n\nsee you on Friday?",
        "¿Qué tal, Ana? Mañana a las 10:00 👋",
        ".\n..\n.hidden\n\n.",
        "From here on\n>From there on",
        "One very long paragraph. " * 200,
        "x" * 5000,
        "trailing spaces  \nand = signs =\n=20",
        "QUIT\nRSET\nDATA",
        "\u202eright to left, 李雷",
    ],
)
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    with MailServer() as server:
        channel = Email(mail_settings(server), VirtualClock(NOW))
        outcome = channel.send(replace(LETTER, text=text))

    assert isinstance(outcome, Accepted)
    assert server.taken[0].text == f"{text.rstrip()}\n"


@given(text=st.text(max_size=300))
def test_any_text_can_be_written_and_none_is_lost(text: str) -> None:
    read = written(replace(LETTER, text=text)).get_content().replace("\r\n", "\n")

    assert read.split() == text.replace("\x00", "\ufffd").split()


def test_long_paragraphs_are_left_to_be_wrapped_by_whoever_shows_them() -> None:
    wire = letter(replace(LETTER, text="Hello Ana. " * 60), "Northwind Labs", NOW).as_bytes()

    assert b'Content-Type: text/plain; charset="utf-8"' in wire
    assert b"Content-Transfer-Encoding: quoted-printable" in wire
    assert max(len(line) for line in wire.split(b"\r\n")) <= 78


def test_the_name_is_the_settings_and_the_clock_is_ours() -> None:
    with MailServer() as server:
        settings = mail_settings(server, sender=Mailbox("Añil & Söhne", JOBS))
        Email(settings, VirtualClock(NOW)).send(LETTER)

    mail = server.taken[0].mail
    assert mail["From"].addresses[0].display_name == "Añil & Söhne"
    assert mail["Date"].datetime == NOW


def test_a_calendar_goes_with_it_and_the_header_says_what_it_does() -> None:
    files = tuple(f"BEGIN:VCALENDAR\r\nMETHOD:{one}\r\n" for one in ("CANCEL", "PUBLISH"))

    mail = written(replace(LETTER, calendars=files))

    assert mail.get_body() is not None
    found = list(mail.iter_attachments())
    assert [one.get_content_type() for one in found] == ["text/calendar"] * 2
    assert [one["Content-Type"].params["method"] for one in found] == ["CANCEL", "PUBLISH"]
    assert [one.get_filename() for one in found] == ["interview.ics", "interview-2.ics"]
    assert [one.get_content() for one in found] == list(files)
