"""What left: once, in order, with words that have a source, and a trace."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

from tests.invariants.record import Record, Row, Took

PROMPTS = Path(__file__).parents[2] / "prompts"

A_DAY = timedelta(days=1)


def accepted_once(record: Record) -> Iterator[str]:
    """I1. For each row the carrier accepted at most one message, and a candidate does not
    read the same stage text twice within a day, under whatever key."""
    for reference, times in Counter(took.reference for took in record.took).items():
        if times > 1:
            yield f"message {reference} was accepted {times} times"
    seen: dict[tuple[str, str], Took] = {}
    for took in record.took:
        row = record.messages.get(took.reference)
        if row is None or row.kind not in record.rules.stages:
            continue
        before = seen.get((took.to, took.text))
        if before and before.reference != took.reference and took.at - before.at < A_DAY:
            yield f"messages {before.reference} and {took.reference} say the same within a day"
        seen[took.to, took.text] = took


def answers_in_order(record: Record) -> Iterator[str]:
    """I10. The parts of one answer leave in their order. Whole answers may overtake each other;
    that nothing overtakes STOP or a person's taking over is I4 and I9."""
    parts = defaultdict(list)
    for took in record.took:
        row = record.messages.get(took.reference)
        found = re.fullmatch(r"reply:(\d+):(\d+)", row.dedupe_key) if row else None
        if found:
            parts[found[1]].append(int(found[2]))
    for inbound, numbers in parts.items():
        if numbers != sorted(numbers):
            yield f"the parts of the answer to message {inbound} left as {numbers}"


CLIMB = ("read", "delivered", "failed", "sent")
"""The strongest report on a message stands: `failed` yields only to what arrived."""


def statuses_never_fall(record: Record) -> Iterator[str]:
    """I11. In whatever order and number reports come, a message stands at the strongest."""
    for row in record.outbound:
        if row.provider_id is None:
            continue
        told = {receipt.status for receipt in record.receipts_of.get(row.provider_id, [])}
        strongest = next((status for status in CLIMB if status in told), "accepted")
        if row.state != strongest:
            yield f"message {row.id} is {row.state}, and was reported {sorted(told)}"
        if (row.arrived_at is not None) != bool(told & {"delivered", "read"}):
            yield f"message {row.id} arrived at {row.arrived_at}, and was reported {sorted(told)}"


REWORDED = frozenset({"thank_you", "status_update", "link_reminder", "appointment"})
"""Stages that a model may word: none tells an outcome or asks for a score."""
QUOTED = "knowledge:"
KNOWLEDGE = Path(__file__).parents[2] / "flows" / "knowledge"
LINKS = {
    re.escape("/a/…"): r"/a/[\w-]{43}",
    **{re.escape(f"/{path}/…"): rf"/{path}/\d+\.[\w-]{{43}}" for path in "iuw"},
}
"""How the secrets of links are stored, and what the carrier gets in full."""


FROM_A_FILE = re.compile(r"\w+(?:\.\w+)*\.(?:en|es|pt)")
"""Such as `thank_you.1.en`."""


@cache
def from_a_model(prompt: str) -> re.Pattern[str]:
    """Its name, and the prompt that stands in the repository."""
    told = (PROMPTS / f"{prompt}.md").read_bytes()
    return re.compile(rf"model:\S+:{hashlib.sha256(told).hexdigest()[:12]}")


def words_have_a_source(record: Record) -> Iterator[str]:
    """I13. Every text is that of its row: worded from a file, by a model that answered with its
    prompt, or written by a named person. What is quoted from knowledge stands there word for
    word, under the question that is named."""
    for took in record.took:
        row = record.messages.get(took.reference)
        if row is None:
            yield f"the carrier took message {took.reference}, which does not exist"
        elif record.erased(row):
            continue
        elif not re.fullmatch(_revealed(row.body), took.text):
            yield f"message {row.id} says {row.body!r}, and the carrier took {took.text!r}"
        elif row.author == "person" and row.user_id is None:
            yield f"nobody signs message {row.id}"
        elif row.author == "bot" and not _sourced(row):
            yield f"nobody knows which words message {row.id} is made of: {row.wording!r}"
        elif took.template and took.template.removesuffix(".intro") != row.wording:
            yield f"message {row.id} went by {took.template}, but is worded as {row.wording}"


def _revealed(body: str) -> str:
    pattern = re.escape(body)
    for hidden, shown in LINKS.items():
        pattern = pattern.replace(hidden, shown)
    return pattern


def _stands_there(row: Row) -> bool:
    """The page is read by eye: the question as a heading, and below it the paragraph, after
    which only an introduction may follow."""
    name, _, question = row.wording.removeprefix(QUOTED).partition(": ")
    page = KNOWLEDGE / name
    if not page.is_file():
        return False
    _, asked, answer = page.read_text(encoding="utf-8").partition(f"\n## {question}\n")
    paragraphs = [" ".join(one.split()) for one in re.split(r"\n\s*\n", answer.split("\n## ")[0])]
    said, _, introduction = row.body.partition("\n\n")
    return bool(asked) and said in paragraphs and bool(introduction) == bool(row.introduces)


def _sourced(row: Row) -> bool:
    """A model answers, or says a stage that is no outcome in other words; neither is ever an
    approved template."""
    if row.wording.startswith("model:"):
        answers = row.kind == "reply" and from_a_model("agent").fullmatch(row.wording)
        source, _, base = row.wording.rpartition(":")
        stage = from_a_model("personal").fullmatch(source) and FROM_A_FILE.fullmatch(base)
        reworded = stage and row.kind in REWORDED and row.kind == base.split(".")[0]
        return row.form != "template" and not row.template and bool(answers or reworded)
    if row.wording.startswith(QUOTED):
        return _stands_there(row)
    return bool(FROM_A_FILE.fullmatch(row.wording))


def sends_leave_a_trace(record: Record) -> Iterator[str]:
    """I14, as far as there is an audit: the row of every accepted message says why it left,
    a stage's also from which facts, and it does not wait any more."""
    for took in record.took:
        row = record.messages.get(took.reference)
        if row is None:
            continue
        if not row.reason and row.author == "bot":
            yield f"message {row.id} does not say why it left"
        if row.kind in record.rules.stages and not row.facts_hash:
            yield f"message {row.id} does not say from which facts"
        if row.state in ("planned", "ready", "held"):
            yield f"message {row.id} is {row.state} again, and the carrier has it"
