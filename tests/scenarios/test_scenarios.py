"""The judge of scenarios: it sees what is wrong, says why, and lets nothing pass that it cannot
see. And the grammar: a mistake is named with its line and the mend."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from bot.domain.errors import BadConfig
from bot.scenario.grammar import Scenario
from bot.scenario.house import Street, street
from bot.scenario.judging import Failure, judge
from bot.scenario.names import ALERTS, KINDS, UNKNOWN
from bot.scenario.playing import play
from bot.scenario.running import run
from bot.scenario.wording import says
from bot.yamlfile import read_all

TOLD: dict[str, Any] = {
    "name": "one thank-you, one question, one handoff",
    "t0": "2026-11-24T11:00:00+00:00",
    "setup": {"candidate": {"name": "Daniel Okafor", "time_zone": "Europe/London"}},
    "timeline": [
        {"at": "+5m", "event": "interview_completed"},
        {"at": "+3h", "candidate": "Is there any news about my application?", "id": "s1"},
        {"at": "+4h", "candidate": "HUMAN", "id": "s2"},
        {"at": "+5h", "clock": "tick"},
    ],
}


@pytest.fixture(scope="module")
def houses() -> Iterator[Street]:
    with street(app.actions) as one:
        yield one


def judged(houses: Street, **told: Any) -> list[Failure]:
    return judge(play(Scenario.model_validate({**TOLD, **told}), houses))


RIGHT: list[dict[str, Any]] = [
    {"msg": {"to": "c1", "kind": "thank_you", "until": "+2h", "mode": "template", "max": 1}},
    {"msg": {"reply_to": "s1", "contains_all": ["open"], "by": "bot", "mode": "freeform"}},
    {"msg": {"kind": "handoff_notice", "reply_to": "s2", "local_time_between": "14:59-15:01"}},
    {"state": {"path": "conversation.c1.handoff", "is": "open"}},
    {"state": {"path": "conversation.c1.handoff", "is_in": [None, "taken"], "at": "+3h30m"}},
    {"state": {"path": "interview.int-1.when", "is": "-1h"}},
    {"alert": {"to": "recruiter", "kind": ["complaint", "human_requested"], "from": "+4h"}},
    {"audit": {"action": "interview_completed", "count": 1}},
    {"gap": {"to": "c1", "while": "waiting", "max": "72h", "until": "+5h"}},
    {"order": {"first": {"kind": "thank_you"}, "then": {"kind": "reply"}}},
    {"store": {"contains_any": ["Okafor"]}},
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"msg": {"to": "c1", "kind": "thank_you", "until": "+10m"}}, "0 messages"),
    ({"msg": {"to": "c1", "kind": "thank_you", "max": 0}}, "at most 0"),
    ({"msg": {"reply_to": "s1", "not_contains": ["open"]}}, "0 messages"),
    ({"msg": {"reply_to": "s2", "lang": "es"}}, "0 messages"),
    ({"msg": {"kind": "thank_you", "local_time_between": ["21:00", "08:00"]}}, "0 messages"),
    ({"msg": {"kind": "thank_you", "status": "failed"}}, "0 messages"),
    ({"msg": {"kind": "no_show_check"}}, UNKNOWN),
    ({"state": {"path": "process.p1.status", "is": "withdrawn"}}, "it is open"),
    ({"state": {"path": "availability.c1", "is": "mornings"}}, UNKNOWN),
    ({"state": {"path": "process.other.status", "is": "open"}}, UNKNOWN),
    ({"state": {"path": "interview.p1.when", "is": "+1h"}}, "it is 2026-11-24"),
    ({"alert": {"kind": "distress"}}, "0 alerts"),
    ({"alert": {"kind": "handoff", "to": "hiring_manager"}}, "0 alerts"),
    ({"alert": {"kind": "handoff", "until": "+3h"}}, "0 alerts"),
    ({"alert": {"kind": "handoff", "severity": "high"}}, UNKNOWN),
    ({"alert": {"kind": "sunshine"}}, UNKNOWN),
    ({"audit": {"action": "interview_completed", "count": 2}}, "1 rows, not 2"),
    ({"audit": {"action": "sunshine"}}, UNKNOWN),
    ({"gap": {"to": "c1", "max": "2h"}}, "of silence from +40m on"),
    ({"order": {"first": {"kind": "reply"}, "then": {"kind": "thank_you"}}}, "thank_you"),
    ({"order": {"first": {"kind": "survey"}, "then": {"kind": "reply"}}}, "no first"),
    ({"store": {"contains_all": ["Okafor", "pineapple"]}}, "not there"),
]


def numbered(assertions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": f"a{number}", **one} for number, one in enumerate(assertions)]


def test_what_is_right_holds(houses: Street) -> None:
    assert judged(houses, must=numbered(RIGHT)) == []


def test_what_is_right_must_not_be_forbidden(houses: Street) -> None:
    silence = [one for one in RIGHT if "gap" not in one]

    failed = judged(houses, must_not=numbered(silence))

    assert [one.id for one in failed] == [f"a{number}" for number in range(len(silence))]


def test_what_is_wrong_is_named_with_the_reason(houses: Street) -> None:
    failed = judged(houses, must=numbered([one for one, _ in WRONG]))

    assert [one.id for one in failed] == [f"a{number}" for number in range(len(WRONG))]
    for (one, why), failure in zip(WRONG, failed, strict=True):
        assert why in failure.why, one
        assert failure.kind in one


def test_what_cannot_be_seen_is_not_taken_for_absent(houses: Street) -> None:
    unseen = [one for one, why in WRONG if why == UNKNOWN and "msg" not in one]

    failed = judged(houses, must_not=numbered(unseen))

    assert len(failed) == len(unseen) >= 4


def test_a_state_that_was_true_for_a_while_was_true(houses: Street) -> None:
    once = {"path": "conversation.c1.handoff", "is": None}

    assert judged(houses, must_not=[{"id": "a", "state": once}])
    assert not judged(houses, must_not=[{"id": "a", "state": {**once, "from": "+4h1m"}}])


def test_what_a_recruiter_was_not_let_do_is_said(houses: Street) -> None:
    late = [{"at": "+3d", "recruiter": {"act": "send", "text": "Are you still there?"}}]

    (failure,) = judged(
        houses,
        timeline=[*TOLD["timeline"], *late],
        must=[{"id": "a", "msg": {"by": "human"}}],
    )

    assert "24-hour window is closed" in failure.why


@pytest.mark.parametrize(
    ("text", "item", "found"),
    [
        ("Mañana a las 10", "manana", True),
        ("the rejection stands", "reject", False),
        ("within 24 h", "24", True),
        ("in 124 hours", "24", False),
        ("Good news, Daniel!", "good news", True),
        ("until 18.000 a year", "18.000", True),
        ("R$ 18 mil", "r$", True),
        ("não", "nao", True),
    ],
)
def test_words_are_found_whatever_their_case_and_accents(text: str, item: str, found: bool) -> None:
    assert says(text, item) is found


# --- the grammar ----------------------------------------------------------------------


def written(tmp_path: Path, text: str) -> Scenario | BadConfig:
    file = tmp_path / "one.yaml"
    file.write_text(text, encoding="utf-8")
    (told,) = read_all(file, Scenario)
    return told


GOOD = """\
name: one
t0: 2026-11-24T11:00:00+00:00
setup:
  candidate: {name: Daniel Okafor}
timeline:
  - {at: +5m, event: interview_completed}
must:
  - {id: a, msg: {kind: thank_you}}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("name: Daniel", "nam: Daniel", "one.yaml:4: setup.candidate.nam: there is no such"),
        ("name: Daniel", "nam: Daniel", "did you mean `name`?"),
        ("+5m", "five", "one.yaml:6: timeline.0.at: write how far from t0"),
        ("interview_completed", "interview_over", "is no event; known: candidate_erased"),
        ("event: interview_completed", "events: x", "write exactly one of event, candidate"),
        ("thank_you", "thanks", "is no kind; known: contact_check"),
        ("id: a, msg", "id: a, massage", "one.yaml:8: must.0.massage"),
        ("{id: a, msg: {kind: thank_you}}", "{id: a}", "write exactly one of msg, state"),
        ("+00:00", "", "one.yaml:2: t0"),
        ("must:", "must: []\nmust_not: []\nsetup:", "the key stands here twice"),
    ],
)
def test_a_mistake_names_its_line_and_the_mend(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in GOOD

    told = written(tmp_path, GOOD.replace(right, wrong))

    assert isinstance(told, BadConfig)
    assert said in str(told)


def test_what_stands_beside_the_kind_of_a_step_belongs_to_it(tmp_path: Path) -> None:
    beside = "{at: 0, event: interview_completed, event_id: e1, occurred_at: -5m, id: x}"
    within = "{at: 0, id: x, event: {type: interview_completed, event_id: e1, occurred_at: -5m}}"
    steps = [
        written(tmp_path, GOOD.replace("{at: +5m, event: interview_completed}", step))
        for step in (beside, within)
    ]

    assert isinstance(steps[0], Scenario)
    assert steps[0] == steps[1]


def test_a_broken_scenario_stops_no_other(tmp_path: Path) -> None:
    lines = tmp_path / "some.jsonl"
    good = {**TOLD, "must": [{"id": "a", "msg": {"kind": "thank_you"}}]}
    bad = {**good, "t0": "yesterday"}
    lines.write_text("\n".join(map(json.dumps, (bad, good))) + "\n{\n")
    said: list[str] = []

    verdicts = list(run([lines], app.actions, said.append))

    assert [one.ok for one in verdicts] == [False, True, False]
    assert "some.jsonl:1: t0" in verdicts[0].failed[0].why
    assert "some.jsonl:3: no JSON" in verdicts[2].failed[0].why
    told = json.loads(verdicts[1].as_json())
    assert told == {"name": TOLD["name"], "ok": True, "failed": [], "skipped": []}


def test_the_documentation_names_every_kind() -> None:
    page = (app.ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")

    for name in (*KINDS, *ALERTS):
        assert f"`{name}`" in page, name


def test_the_example_of_the_documentation_is_the_one_that_is_played() -> None:
    page = (app.ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    example = (app.ROOT / "docs" / "examples" / "scenario.yaml").read_text(encoding="utf-8")

    assert f"```yaml\n{example}```" in page


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"timeline": [{"at": 0, "event": "interview_completed", "process": "p9"}]}, "p9 is no"),
        ({"must": [{"id": "a", "msg": {"to": "c9"}}]}, "c9 is no person; known: .*Daniel Okafor"),
        ({"must": [{"id": "a", "msg": {"reply_to": "s9"}}]}, "s9 is no candidate's step"),
        ({"must": []}, "asserts nothing"),
    ],
)
def test_names_that_nothing_has_are_refused(told: dict[str, Any], said: str) -> None:
    good = {"must": [{"id": "a", "msg": {"to": "c1"}}]}

    with pytest.raises(ValueError, match=said):
        Scenario.model_validate({**TOLD, **good, **told})


def test_a_decision_that_only_the_setup_tells_is_told_in_time(houses: Street) -> None:
    decided = {**TOLD["setup"], "decision": {"outcome": "advance", "recorded_at": "+2h"}}
    states = [
        {"id": "before", "state": {"path": "decision.p1.state", "is": "none", "at": "+1h"}},
        {"id": "after", "state": {"path": "decision.p1.state", "is": "held"}},
    ]

    assert judged(houses, setup=decided, must=states) == []
