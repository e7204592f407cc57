"""What the fake carrier knows: how to answer, what it took, and whom to tell about it."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from types import MappingProxyType
from urllib.parse import urldefrag

import requests

from tests.fakes.answers import ACCEPT, Answer, always_accept
from tests.fakes.contracts import Contract, Exchange
from tests.fakes.taken import Ledger, Taken, Wrote, resource, take, written
from tests.fakes.twilio_forms import SENDER, signature, status_form

CALLBACK_SECONDS = 5


class Books:
    def __init__(
        self,
        *,
        answers: Callable[[str], Answer] = always_accept,
        callbacks: Sequence[str] = (),
        contract: Contract | None = None,
        log: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        contents: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`answers` decides by the number; `callbacks` are posted after each acceptance;
        every exchange is checked against the contract; `now` is the carrier's clock; `contents`
        are the approved texts by their ContentSid. Of others the list shows no words."""
        self.posts: list[str] = []
        """The number of every request to send, whatever became of it."""
        self.violations: list[str] = []
        """How either end broke the contract."""
        self.stopped = threading.Event()
        self._answers = answers
        self._callbacks = callbacks
        self._contract = contract
        self._ledger = Ledger(log)
        self._script: deque[Answer] = deque()
        self._list_script: deque[Answer] = deque()
        self._now = now
        self._contents = contents
        self._arrivals: list[Taken | Wrote] = []
        self._codes: dict[str, str] = {}
        self._statuses: dict[str, str] = {}
        self._posting = ThreadPoolExecutor(max_workers=4)

    @property
    def taken(self) -> list[Taken]:
        """Everything that was really accepted, in order."""
        return self._ledger.taken

    def will(self, *answers: Answer) -> None:
        """Answer the next requests so, one each."""
        self._script.extend(answers)

    def answer_to(self, to: str) -> Answer:
        self.posts.append(to)
        try:
            return self._script.popleft()
        except IndexError:
            return self._answers(to)

    def take(self, form: Mapping[str, str]) -> Taken:
        taken = take(f"SM{token_hex(16)}", form, self._now())
        self._ledger.add(taken)
        self._arrivals.append(taken)
        return taken

    # --- what it remembers ------------------------------------------------------------

    def writes(self, address: str, body: str, *, at: datetime | None = None, files: int = 0) -> str:
        """A candidate writes to our number, and no webhook tells us. Returns the message's id."""
        sid = f"SM{token_hex(16)}"
        wrote = Wrote(
            sid=sid,
            address=f"whatsapp:{address}",
            to=f"whatsapp:{SENDER}",
            body=body,
            at=at or self._now(),
            files=files,
        )
        self._arrivals.append(wrote)
        return sid

    def forgets_words(self) -> None:
        """From now on the list shows no words of templates."""
        self._contents = {}

    def will_list(self, *answers: Answer) -> None:
        """Answer the next requests for the list so, one each."""
        self._list_script.extend(answers)

    def answer_to_list(self) -> Answer:
        return self._list_script.popleft() if self._list_script else ACCEPT

    def listed(self) -> list[dict[str, object]]:
        """Everything that the account has, the newest first."""
        return [self._shown(one) for one in reversed(self._arrivals)]

    def _shown(self, one: Taken | Wrote) -> dict[str, object]:
        if isinstance(one, Wrote):
            return written(one)
        status = self._statuses.get(one.sid, "queued")
        content = self._contents.get(one.content_sid, "")
        return resource(one, status, self._codes.get(one.sid, ""), content)

    def check(self, exchange: Exchange) -> None:
        if self._contract is not None:
            self.violations += self._contract.broken_by(exchange)

    # --- status callbacks -------------------------------------------------------------

    def report(self, taken: Taken, *statuses: str, code: str = "") -> list[int]:
        """Post these statuses in this order; return the HTTP statuses of the answers."""
        return [self._post_status(taken, status, code) for status in statuses]

    def becomes(self, taken: Taken, status: str, code: str = "") -> None:
        """So it stands in the list, whether or not a callback tells us."""
        self._statuses[taken.sid], self._codes[taken.sid] = status, code

    def report_later(self, taken: Taken) -> None:
        if self._callbacks and taken.status_callback:
            self._posting.submit(self.report, taken, *self._callbacks)

    def close(self) -> None:
        self.stopped.set()
        self._posting.shutdown()

    def _post_status(self, taken: Taken, status: str, code: str) -> int:
        self.becomes(taken, status, code)
        error = {"ErrorCode": code, "ErrorMessage": "made up"} if code else {}
        form = status_form(taken.sid, status, To=taken.to, From=taken.sender, **error)
        url, _ = urldefrag(taken.status_callback)  # how to call, and no part of what is called
        signed = {"X-Twilio-Signature": signature(url, form)}
        try:
            return requests.post(
                url, data=form, headers=signed, timeout=CALLBACK_SECONDS
            ).status_code
        except requests.ConnectionError:
            return 0  # a carrier does not mind that we are down
