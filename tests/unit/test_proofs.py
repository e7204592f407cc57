"""docs/testing.md names what is proven by which test: all of it, and tests that exist."""

import re
from pathlib import Path

import pytest

from tests.invariants import AT_REST, INVARIANTS
from tests.processes import ROOT

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
FAULTS = [f"F{number}" for number in (*range(1, 21), *range(24, 29))]
NUMBERED = [name for name in {**INVARIANTS, **AT_REST} if name.startswith("I")]


def rows(letter: str) -> dict[str, str]:
    """The last cell of every row of a table, by the number in its first."""
    found = re.findall(rf"^\| ({letter}\d+) \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert len(found) == len(dict(found)), "a number stands there twice"
    return dict(found)


def test_every_invariant_is_in_the_table_with_its_checker() -> None:
    named = {
        name: f"`{check.__module__.rsplit('.', 1)[1]}.{check.__name__}`"
        for name, check in {**INVARIANTS, **AT_REST}.items()
        if name in NUMBERED
    }

    assert rows("I") == named


def test_every_fault_is_in_the_table() -> None:
    assert list(rows("F")) == FAULTS


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_the_tests_that_the_table_names_and_no_others(fault: str) -> None:
    named = {Path(name) for name in re.findall(r"`([\w/]+\.py)`", rows("F")[fault])}

    test = re.compile(rf"^def test_{fault.lower()}[a-z]?_", re.MULTILINE)
    tests = ROOT / "tests"
    found = {
        file.relative_to(tests)
        for file in tests.rglob("test_*.py")
        if test.search(file.read_text(encoding="utf-8"))
    }

    assert named == found
    assert found or rows("F")[fault].startswith("not covered: ")
