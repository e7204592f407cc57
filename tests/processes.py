"""Hearback's own processes, started as an admin would start them, to be killed by tests."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.assembly import FLOWS, PROMPTS
from bot.prompts import load_prompts
from bot.questions import load_questions
from bot.stages import load_stages
from tests.fakes import meta_batches
from tests.fakes.twilio_forms import ACCOUNT, SENDER, TOKEN

ROOT = Path(__file__).parents[1]
PATIENCE = 300.0
"""Seconds after which something that must happen is given up."""

CONFIG = """
company: {{name: Northwind Labs, recruiter: Dana Weiss, time_zone: Europe/Madrid}}
whatsapp: {{carrier: twilio}}
twilio: {{sender: "{sender}", contents: {contents}}}
web: {{public_url: "http://127.0.0.1:{port}", port: {port}}}
"""


def twilio_config(folder: Path, port: int = 1) -> Path:
    """Write a config for the fake carrier; `port` is where its callbacks go."""
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(sender=SENDER, port=port, contents=json.dumps(approved())))
    return path


META_CONFIG = """
company: {{name: Northwind Labs, recruiter: Dana Weiss, time_zone: Europe/Madrid}}
whatsapp: {{carrier: meta}}
meta:
  sender: "{sender}"
  phone_number_id: "{phone}"
  account_id: "{account}"
  templates: {templates}
web: {{public_url: "http://127.0.0.1:{port}", port: {port}}}
"""


def meta_config(folder: Path, port: int = 1, templates: str = '["*"]') -> Path:
    """Write a config for the fake Meta."""
    path = folder / "config.yaml"
    ids = {"sender": SENDER, "phone": meta_batches.PHONE, "account": meta_batches.ACCOUNT}
    path.write_text(META_CONFIG.format(port=port, templates=templates, **ids))
    return path


@functools.cache
def approved() -> dict[str, str]:
    """Every template there is, with a made-up ContentSid."""
    stages = load_stages(FLOWS / "post_interview.yaml")
    names = [*load_prompts(PROMPTS, stages).templates(stages)]
    names += [text.name for text, _ in load_questions(PROMPTS).templates()]
    return {name: f"HX{number:032x}" for number, name in enumerate(names, 1)}


def environment(database_url: str, carrier_url: str = "", redis_url: str = "") -> dict[str, str]:
    return {
        **os.environ,
        "HEARBACK_DATABASE_URL": database_url,
        "HEARBACK_REDIS_URL": redis_url,
        "HEARBACK_SECRET_KEY": "a key that only tests know",
        "HEARBACK_TOMBSTONES": os.devnull,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": carrier_url,
        "META_ACCESS_TOKEN": meta_batches.ACCESS,
        "META_APP_SECRET": meta_batches.SECRET,
        "META_VERIFY_TOKEN": meta_batches.VERIFY,
        "META_API_URL": carrier_url,
    }


class Running:
    """A process in Python, by default ours, with its children; what it printed, and its end."""

    def __init__(
        self, log: Path, env: dict[str, str], *words: str, program: Sequence[str] = ("app.py",)
    ) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, *program, *words], cwd=ROOT, env=env, stdout=out, stderr=out
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def children(self) -> list[int]:
        """Return the processes that it started and that live, the oldest first."""
        return sorted(pid for pid in _processes() if _parent(pid) == self.pid)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def says(self, words: str) -> str:
        """Wait until it has printed `words`; return all that it printed."""

        def said() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended: {self.log.read_text()[-2000:]}")
            return words in self.log.read_text()

        eventually(said)
        return self.log.read_text()

    def kill(self) -> None:
        """End it as a power cut would, with all that it started."""
        for pid in [self.pid, *self.children()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int:
    """Return who started it; 0 where it is gone, or has ended and waits to be buried."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)


@contextmanager
def running(
    log: Path, env: dict[str, str], *words: str, program: Sequence[str] = ("app.py",)
) -> Iterator[Running]:
    process = Running(log, env, *words, program=program)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.kill()


def eventually(true: Callable[[], bool], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.05)
