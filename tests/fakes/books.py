"""What the fake carrier knows: how to answer, what it took, and whom to tell about it."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex

import requests

from tests.fakes.answers import Answer, always_accept
from tests.fakes.taken import Ledger, Taken, take
from tests.fakes.twilio_contract import Contract, Exchange
from tests.fakes.twilio_forms import signature, status_form

CALLBACK_SECONDS = 5


class Books:
    def __init__(
        self,
        *,
        answers: Callable[[str], Answer] = always_accept,
        callbacks: Sequence[str] = (),
        contract: Contract | None = None,
        log: Path | None = None,
    ) -> None:
        """`answers` decides by the number; `callbacks` are posted after each acceptance;
        every exchange is checked against the contract."""
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
        taken = take(f"SM{token_hex(16)}", form)
        self._ledger.add(taken)
        return taken

    def status_of(self, taken: Taken) -> str:
        return self._statuses.get(taken.sid, "queued")

    def check(self, exchange: Exchange) -> None:
        if self._contract is not None:
            self.violations += self._contract.broken_by(exchange)

    # --- status callbacks -------------------------------------------------------------

    def report(self, taken: Taken, *statuses: str, code: str = "") -> list[int]:
        """Post these statuses in this order; return the HTTP statuses of the answers."""
        return [self._post_status(taken, status, code) for status in statuses]

    def report_later(self, taken: Taken) -> None:
        if self._callbacks and taken.status_callback:
            self._posting.submit(self.report, taken, *self._callbacks)

    def close(self) -> None:
        self.stopped.set()
        self._posting.shutdown()

    def _post_status(self, taken: Taken, status: str, code: str) -> int:
        self._statuses[taken.sid] = status
        error = {"ErrorCode": code, "ErrorMessage": "made up"} if code else {}
        form = status_form(taken.sid, status, To=taken.to, From=taken.sender, **error)
        url = taken.status_callback
        signed = {"X-Twilio-Signature": signature(url, form)}
        try:
            return requests.post(
                url, data=form, headers=signed, timeout=CALLBACK_SECONDS
            ).status_code
        except requests.ConnectionError:
            return 0  # a carrier does not mind that we are down
