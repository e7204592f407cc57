"""How the mail server on loopback answers."""

from dataclasses import dataclass
from enum import StrEnum


class At(StrEnum):
    """The words of a client that a server answers."""

    GREETING = "greeting"
    """None yet: the server speaks first."""
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    TEXT = "text"
    """While the text comes in; only hanging up is possible here."""
    END = "end"
    """The dot after the text."""
    QUIT = "QUIT"


class How(StrEnum):
    SAY = "say"
    """Answer as usual, or with what is given."""
    DROP = "drop"
    """Close the connection without a word."""
    HANG = "hang"
    """Never answer."""
    CHATTER = "chatter"
    """Begin an answer that has no end."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    at: At = At.END
    how: How = How.SAY
    reply: str = ""
    """Instead of the usual one."""
    after: float = 0.0
    """Seconds to wait before it."""
    takes: bool = True
    """Whether the text is kept, where it has come as far as its end."""


USUAL = Answer()


def refuse(reply: str, at: At = At.RCPT) -> Answer:
    return Answer(at=at, reply=reply, takes=False)


BY_NAME: dict[str, Answer] = {
    "busy": refuse("421 4.3.2 Closing down"),
    "greylisted": refuse("450 4.7.1 Come back later"),
    "full": refuse("452 4.2.2 Mailbox full"),
    "unknown": refuse("550 5.1.1 No such user"),
    "spam": refuse("554 5.7.1 Not here", At.END),
    "dropped.before": Answer(at=At.DATA, how=How.DROP),
    "dropped.within": Answer(at=At.TEXT),
    "dropped.after": Answer(how=How.DROP),
    "vanished": Answer(how=How.DROP, takes=False),
    "silent": Answer(how=How.HANG),
    "slow": Answer(after=0.05),
}
"""From what stands before the @ to what happens; mail to others is taken."""


def by_name(to: str) -> Answer:
    return BY_NAME.get(to.partition("@")[0], USUAL)
