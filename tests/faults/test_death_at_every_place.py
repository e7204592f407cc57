"""F1: `kill -9` at every place of every story; whoever comes after loses and repeats nothing."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bot.domain.failpoints import NAMES
from tests.faults.stories import STORIES
from tests.processes import ROOT

# Upgrades die in test_migrations.py.
ON_POSTGRES = (
    *("thank_you", "status_update", "next_step", "survey", "reply", "STOP", "human", "status"),
)
"""What the two databases could do differently, and not every stage again."""


def kill(folder: Path, server: str, *names: str) -> list[dict[str, Any]]:
    began = time.monotonic()
    words = ["-m", "tests.faults.killing", "--folder", str(folder), "--server", server, *names]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    deaths = [json.loads(line) for line in done.stdout.splitlines()]
    print(f"{len(deaths)} deaths in {time.monotonic() - began:.0f} s")
    return deaths


def broken(deaths: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [death for death in deaths if death["broken"]]


def test_f1_on_sqlite_no_death_loses_or_repeats_anything(tmp_path: Path) -> None:
    deaths = kill(tmp_path, "sqlite")

    assert broken(deaths) == []
    assert {death["story"] for death in deaths} == set(STORIES)
    assert {death["place"] for death in deaths} == set(NAMES) - {"migrate.stepped"}
    assert len(deaths) >= 150


def test_f1_on_postgresql_no_death_loses_or_repeats_anything(postgres: str, tmp_path: Path) -> None:
    deaths = kill(tmp_path, postgres, *ON_POSTGRES)

    assert broken(deaths) == []
    assert len(deaths) >= 80
