"""The campaign itself: it makes the slips it should, and tells which the tests notice."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from tests.campaigns.mutants import found_in, reasons
from tests.campaigns.mutations import enums_of, mutants_of

ROOT = Path(__file__).parents[2]
SURVIVORS = Path(__file__).with_name("survivors.yaml")

CODE = """
LIMIT = 10

def free(amount):
    return amount > LIMIT

def larger(a, b):
    return a if a >= b else b

def both(a, b):
    return a and b
"""
TESTS = """
from shop.price import both, free, larger

def test_delivery_is_free_above_ten():
    assert free(11) and not free(10)

def test_the_larger_is_found_on_either_side():
    assert larger(2, 1) == larger(1, 2) == 2

def test_both_means_each():
    assert both(True, True) and not both(True, False) and not both(False, True)
"""
EQUIVALENT = {
    "file": "shop/price.py",
    "where": "larger",
    "was": "a >= b",
    "now": "a > b",
    "reason": "Equal numbers are the same whichever is taken.",
}


def slips(source: str) -> list[str]:
    source = dedent(source)
    found = mutants_of("code.py", source, enums_of(source))
    assert all(mutant.code() for mutant in found)
    return [f"{mutant.was} -> {mutant.now}".rstrip() for mutant in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("x = a is b", ["a is b -> a is not b"]),
        ("x = not a", ["not a -> a"]),
        ("x = a and b", ["a -> not a", "b -> not b", "a ->", "b ->"]),
        ("x = a if b else c", ["b -> not b", "b -> True", "b -> False"]),
        ("if a == b: c()", ["a == b -> a != b", "a == b -> True", "a == b -> False"]),
        ("while a: b()", ["a -> not a"]),
        ("x = [a for a in b if a]", ["a -> not a", "a -> True", "a -> False"]),
        ("x = timedelta(hours=24)", ["hours=24 -> hours=25", "hours=24 -> hours=23"]),
        ("x = a[:2]", [":2 -> :3", ":2 -> :1"]),
        ("x: bool = True", ["True -> False"]),
        ("x = a - b", ["a - b -> a + b"]),
        ("x = min(a, b)", ["min(a, b) -> max(a, b)"]),
        ("x = frozenset({a})", ["a ->"]),
        ("x = (a, b)", ["a ->", "b ->"]),
        ("x = {a: b, c: d}", ["a: b ->", "c: d ->"]),
        ("def f(x: tuple[int, ...] | None = None) -> dict[str, int]: ...", []),
        ("@dataclass(frozen=True)\nclass A:\n    '''Not 1 word.'''\n    x: int", []),
    ],
)
def test_each_rule_has_its_slips(source: str, expected: list[str]) -> None:
    assert slips(source) == expected


def test_cases_are_dropped_and_members_mistaken() -> None:
    found = slips("""
        class Light(StrEnum):
            RED = "red"
            GREEN = "green"

        def may_go(light):
            match light:
                case Light.RED:
                    return ask(Light.GREEN)
    """)

    assert found == ["case Light.RED ->", "Light.GREEN -> Light.RED"]


def test_a_slip_keeps_its_name_when_lines_move() -> None:
    source = "def f(a):\n    return a < 1\n"

    here, there = (mutants_of("code.py", text, {}) for text in (source, f"\n\n{source}"))

    assert [mutant.name for mutant in here] == [mutant.name for mutant in there]
    assert len({mutant.name for mutant in here}) == len(here)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "price.py").write_text(CODE)
    (tmp_path / "test_price.py").write_text(TESTS)
    return tmp_path


def campaign(shop: Path, *listed: dict[str, str]) -> subprocess.CompletedProcess[str]:
    (shop / "survivors.yaml").write_text(yaml.safe_dump(list(listed)))
    command = [sys.executable, "-m", "tests.campaigns.mutants", "--code", "shop"]
    command += ["--survivors", "survivors.yaml", "test_price.py"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{shop}"}
    return subprocess.run(command, cwd=shop, env=environment, capture_output=True, text=True)


def test_what_the_tests_notice_is_killed_and_what_nobody_can_notice_survives(shop: Path) -> None:
    tried = campaign(shop, EQUIVALENT)

    assert tried.returncode == 0, tried.stderr
    assert "| all | 12 | 11 (91.7%) | 1 |" in tried.stdout


def test_what_survives_unlisted_and_what_is_listed_in_vain_fail_the_campaign(shop: Path) -> None:
    tests = (shop / "test_price.py").read_text()
    (shop / "test_price.py").write_text(tests.replace(" and not free(10)", ""))
    noticed = {**EQUIVALENT, "now": "a < b"}
    gone = {**EQUIVALENT, "where": "smaller"}

    tried = campaign(shop, EQUIVALENT, noticed, gone)

    assert tried.returncode == 1
    assert "survived: shop/price.py:5 free: amount > LIMIT  ->  amount >= LIMIT" in tried.stderr
    assert "listed, but killed: shop/price.py:8 larger: a >= b  ->  a < b" in tried.stderr
    assert "there is no such mutant: ('shop/price.py', 'smaller'" in tried.stderr


def test_every_survivor_on_our_list_is_still_there_and_has_its_reason() -> None:
    listed = reasons(SURVIVORS)

    assert set(listed) <= {mutant.name for mutant in found_in(Path("bot/domain"))}
    assert all(listed.values())
