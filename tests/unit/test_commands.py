"""Every command and option that `--help` and the README mention is run, as an admin would."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import app
from tests.factories import completed
from tests.processes import ROOT, environment, running

STORY = "docs/examples/story.json"
PASSWORD = "correct horse battery staple\n"

RUNS: dict[str, str] = {
    "--help": "demo",
    "check --templates": '"name": "thank_you.1.en"',
    "--config config.yaml check": "All is well",
    "migrate": "up to date",
    "doctor": "the database answers",
    "rehearse": "thank_you",
    "scenario docs/examples/scenario.yaml": "ok      a_decision_is_held",
    "scenario docs/examples/scenario.yaml --json": '"ok": true',
    "chat --language es --stage after_update --json": '"kind": "status_update"',
    f"rehearse --from {STORY} --days 10 --json": '"stage": "thank_you"',
    'users add dana@northwind.example --name "Dana Weiss" --role admin --password-stdin': "sign in",
    'users key "our ATS"': "hb_",
    f"events post {STORY}": "new, ",
    "interviews import --try docs/examples/interviews.csv": "3 planned, 2 took place, 1 decided",
    "interviews import docs/examples/interviews.csv": "3 planned, 2 took place, 1 decided",
    "slots publish docs/examples/slots.csv": "3 published",
    "slots withdraw slot-1 slot-2": "2 withdrawn",
    "report": "Week of",
    "check-facts docs/examples/facts.jsonl": '"kind": "name"',
    "availability docs/examples/availability.jsonl": '"start": "2026-11-24T15:00"',
    "understand docs/examples/understanding.jsonl": '"intent": "ask_status"',
    "train --check --also docs/examples/understanding.jsonl": "learned from these examples",
    "report --weeks 2 --json": "",
    "restored": "The backup knows everything until",
}
"""Commands that end by themselves, and a word of what they print."""

STAYS = {
    "demo --host 127.0.0.1 --port 0": "/sign-in/",
    "serve --host 127.0.0.1 --port 0 --processes 1": "listens on",
    "worker --threads 2 --processes 1": "ready",
}
"""Commands that stay until they are stopped."""


def run(words: str, env: dict[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", *split(words)],
        cwd=ROOT,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def split(words: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', words)]


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return environment(f"sqlite:///{tmp_path_factory.mktemp('data')}/new/folder/hearback.db")


def test_commands_do_what_they_say(env: dict[str, str]) -> None:
    for words, said in RUNS.items():
        done = run(words, env, stdin=PASSWORD)
        assert done.returncode == 0, (words, done.stderr)
        assert said in done.stdout, words


@pytest.mark.parametrize("words", STAYS)
def test_servers_start_and_stop_when_they_are_told(
    words: str, env: dict[str, str], tmp_path: Path
) -> None:
    with running(tmp_path / "log", env, *split(words)) as process:
        process.says(STAYS[words])
        assert process.stop() == 0


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def test_no_command_and_no_option_is_left_untried() -> None:
    tried = [*RUNS, *STAYS]
    for name, command in commands(app.cli):
        runs = [words for words in tried if name in words]
        assert runs, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert any(parameter.opts[-1] in words for words in runs), (name, parameter.opts)
    for parameter in app.cli.params:
        assert any(parameter.opts[-1] in words for words in tried), parameter.opts


def readme_commands() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    spans = re.findall(r"`([^`\n]+)`", text)
    lines = [
        line for block in re.findall(r"```\n(.*?)```", text, re.S) for line in block.split("\n")
    ]
    return [
        span for span in (*spans, *lines) if re.match(r"(make|\.venv/bin/python app\.py) \w", span)
    ]


def test_the_readme_mentions_only_what_is_tried() -> None:
    mentioned = readme_commands()
    assert len(mentioned) >= 10
    for line in mentioned:
        if line.startswith("make "):
            assert re.search(rf"^{line.split()[1]}:", (ROOT / "Makefile").read_text(), re.M), line
            continue
        words = line.removeprefix(".venv/bin/python app.py ")
        name = " ".join(word for word in split(words)[:2] if word.isalpha() and word != "app")
        options = set(re.findall(r"--[a-z-]+", words))
        fits = [t for t in (*RUNS, *STAYS) if t.startswith(name.split()[0])]
        assert any(options <= set(re.findall(r"--[a-z-]+", t)) for t in fits), line


@pytest.mark.skipif(not (ROOT / ".venv" / "runtime").exists(), reason="`make` has not set up .venv")
@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_make_demo_answers(tmp_path: Path, env: dict[str, str]) -> None:
    log = tmp_path / "log"
    with log.open("wb") as out:
        words = ["make", "demo", "ARGS=--port 0"]
        process = subprocess.Popen(words, cwd=ROOT, stdout=out, stderr=out, env=env)
        try:
            from tests.processes import eventually

            eventually(lambda: "/sign-in/" in log.read_text())
        finally:
            process.terminate()
            process.wait()


def test_a_scenario_that_fails_is_told_by_the_exit_code(
    tmp_path: Path, env: dict[str, str]
) -> None:
    file = tmp_path / "one.yaml"
    right = (ROOT / "docs" / "examples" / "scenario.yaml").read_text()
    file.write_text(right.replace("contains_any: [open]", "contains_any: [closed]"))

    done = run(f"scenario {file} --json", env)

    assert done.returncode == 1
    (failed,) = json.loads(done.stdout)["failed"]
    assert (failed["id"], failed["kind"]) == ("answered", "msg")


def test_a_rehearsal_tells_each_message_with_when_how_and_why(env: dict[str, str]) -> None:
    lines = run("rehearse --json", env).stdout.splitlines()

    told = [json.loads(line) for line in lines]
    assert [one["stage"] for one in told] == [
        "appointment",
        "thank_you",
        "status_update",
        "status_update",
        "status_update",
        "next_step",
        "link_reminder",
        "survey",
    ]
    for one in told:
        assert {
            "at",
            "local_time",
            "stage",
            "channel",
            "window",
            "kind",
            "text",
            "reason",
            "state",
        } <= set(one)
        assert one["window"] == "closed"
        assert one["kind"] == "template"
        assert one["state"] == "delivered"


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        ("users add dana --name Dana --password-stdin", PASSWORD, "no e-mail address"),
        ("users add a@b.example --name A --password-stdin", "short\n", "password"),
        ("events post README.md", "", "README.md:1"),
        ("--config LICENSE check", "", "LICENSE:"),
        ("--config nowhere.yaml check", "", "no such file"),
    ],
)
def test_a_mistake_is_named_plainly(words: str, stdin: str, said: str, env: dict[str, str]) -> None:
    done = run(words, env, stdin)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_event_is_named_and_those_before_it_are_kept(
    tmp_path: Path, env: dict[str, str]
) -> None:
    file = tmp_path / "events.json"
    good, bad = completed() | {"id": "kept"}, completed() | {"occurred_at": "yesterday"}
    file.write_text(json.dumps([good, bad]))

    done = run(f"events post {file}", env)

    assert "event 2: occurred_at" in done.stderr
    file.write_text(json.dumps([good]))
    assert "0 new, 1 known" in run(f"events post {file}", env).stdout


def test_a_config_mistake_names_line_and_mend(tmp_path: Path, env: dict[str, str]) -> None:
    file = tmp_path / "config.yaml"
    text = (ROOT / "config.yaml").read_text()
    file.write_text(text.replace("quiet_hours", "quite_hours").replace("port: 8000", "port: high"))

    said = run(f"--config {file} check", env).stderr

    line = text[: text.index("quiet_hours")].count("\n") + 1
    assert f"config.yaml:{line}: candidates.quite_hours: there is no such setting" in said
    assert "did you mean `quiet_hours`?" in said
    assert "web.port" in said
