"""The job: understand a question, word the answer, post it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from functools import cache

from bench.sending import client, outgoing
from bot.assembly import Script, read_script
from bot.channels.twilio import Twilio
from bot.domain.facts import Day, Facts
from bot.domain.ports import Accepted

QUESTION = "Hi! What happens next?"
REPLIES = {"ask_next_steps": "next_steps"}
FACTS: Facts = {"recruiter": "Dana Weiss", "hear_by": Day(date(2026, 11, 26))}


@dataclass(frozen=True)
class Job:
    script: Script
    carrier: Twilio

    def __call__(self, number: int) -> None:
        """Answer candidate `number`. Raises RuntimeError: the carrier did not take it."""
        intent = self.script.understanding.read(QUESTION, "en").intent
        wording = self.script.words.reply(REPLIES[intent.name], "en", FACTS)
        if not isinstance(self.carrier.send(outgoing(number, wording.text)), Accepted):
            raise RuntimeError("the carrier of the benchmark refused a message")


@cache
def job() -> Job:
    """Return this process's job: its carrier is named by the environment."""
    return Job(read_script(), client(os.environ["TWILIO_API_URL"]))
