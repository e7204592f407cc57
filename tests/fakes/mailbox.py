"""A mail server on loopback that takes mail, refuses it, and falls silent where it is told to."""

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as MAIL
from functools import cache, wraps
from typing import Any, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.channels.email_settings import EmailSettings, Security
from bot.domain.addresses import Mailbox
from tests.fakes.mail_answers import USUAL, Answer, At, How, by_name

USER, PASSWORD = "hearback", "a-made-up-password"
JOBS = "jobs@northwind.example"


@dataclass(frozen=True)
class Taken:
    """One mail that was really accepted."""

    sender: str
    to: str
    raw: bytes
    encrypted: bool
    user: str

    @property
    def mail(self) -> EmailMessage:
        mail = message_from_bytes(self.raw, policy=MAIL)
        assert isinstance(mail, EmailMessage)
        return mail

    @property
    def text(self) -> str:
        """As it is read, with a line end after the last line."""
        text: str = self.mail.get_content()
        return text.replace("\r\n", "\n")


class MailServer:
    """One mail server, from `with` on. `tls` encrypts from the first byte, and `starttls` when
    asked: then it takes nothing from whoever has not signed in."""

    def __init__(
        self,
        answers: Callable[[str], Answer] = by_name,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        self.taken: list[Taken] = []
        """Everything that was really accepted, in order."""
        self.sessions = 0
        self._answers = answers
        self._tls, self._starttls = tls, starttls
        self._script: deque[Answer] = deque()
        self._open: set[_Conversation] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def will(self, *answers: Answer) -> None:
        """Treat the next conversations so, one each, whoever the mail is for."""
        self._script.extend(answers)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(self, *exception: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._meet, "127.0.0.1", 0, ssl=self._tls)

    async def _close(self) -> None:
        self._server.close()
        for conversation in self._open:
            conversation.hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._server.wait_closed()

    def _meet(self) -> "_Conversation":
        self.sessions += 1
        scripted = self._script.popleft() if self._script else None
        conversation = _Conversation(self, scripted, self._tls, self._starttls)
        self._open.add(conversation)
        return conversation

    def answer_to(self, to: str) -> Answer:
        return self._answers(to)


class _Clerk:
    """Gets each text that has ended."""

    async def handle_DATA(
        self, server: "_Conversation", session: Session, envelope: Envelope
    ) -> str:
        return server.take(session, envelope)


class _Conversation(SMTP):
    def __init__(
        self,
        server: MailServer,
        scripted: Answer | None,
        tls: ssl.SSLContext | None,
        starttls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(
            _Clerk(),
            hostname="mail.example",
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=starttls is not None,
            auth_require_tls=tls is None,
            authenticator=_admit,
        )
        self._server = server
        self._scripted = scripted
        self._encrypted = bool(tls or starttls)
        self._at = At.GREETING
        self._to = ""

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def note(self, at: At, words: str | None) -> None:
        self._at = at
        if at is At.RCPT:
            self._to = (words or "").partition("<")[2].partition(">")[0]

    def take(self, session: Session, envelope: Envelope) -> str:
        self._at = At.END
        if self._answer.takes:
            self._server.taken.append(
                Taken(
                    sender=envelope.mail_from,
                    to=self._to,
                    raw=envelope.original_content,
                    encrypted=self._encrypted,
                    user=session.auth_data or "",
                )
            )
        return "250 2.0.0 Thank you"

    async def push(self, status: Any) -> None:
        """Every answer passes here."""
        answer = self._answer if self._answer.at is self._at else USUAL
        await asyncio.sleep(answer.after)
        match answer.how:
            case How.DROP:
                self.hang_up()
            case How.HANG:
                await asyncio.Event().wait()
            case How.CHATTER:
                await self._chatter()
            case _:
                await super().push(answer.reply or status)
        if self._at is At.DATA and self._answer.at is At.TEXT:
            self.hang_up()

    async def _chatter(self) -> None:
        while True:
            await super().push("250-and another thing")
            await asyncio.sleep(0.02)

    @property
    def _answer(self) -> Answer:
        return self._scripted or self._server.answer_to(self._to)


def _noting(at: At) -> Callable[[_Conversation, str | None], Awaitable[None]]:
    method = getattr(SMTP, f"smtp_{at.value}")

    @wraps(method)
    async def noted(conversation: _Conversation, words: str | None) -> None:
        conversation.note(at, words)
        await method(conversation, words)

    return noted


for _at in (At.EHLO, At.STARTTLS, At.AUTH, At.MAIL, At.RCPT, At.DATA, At.QUIT):
    setattr(_Conversation, f"smtp_{_at.value}", _noting(_at))


def _admit(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: LoginPassword
) -> AuthResult:
    known = (told.login, told.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False, auth_data=told.login.decode())


# --- how to reach it ----------------------------------------------------------------------


@cache
def authority() -> trustme.CA:
    """Return who vouches for our servers; nobody else believes it."""
    return trustme.CA()


def certificate(host: str = "127.0.0.1") -> ssl.SSLContext:
    """Return a server's proof that it is `host`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(host).configure_cert(context)
    return context


def mail_settings(server: MailServer, **changes: object) -> EmailSettings:
    """Return what it takes to hand mail to this server; without encryption, unless changed."""
    settings = EmailSettings(
        sender=Mailbox("Northwind Labs", JOBS),
        host="127.0.0.1",
        port=server.port,
        security=Security.NONE,
        authorities=authority().cert_pem.bytes().decode(),
        timeout=10,
    )
    return replace(settings, **changes)
