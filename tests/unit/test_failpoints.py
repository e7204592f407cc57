"""The list of places is the list of calls: no table of faults can forget one."""

import ast
from collections import Counter
from pathlib import Path

from bot.domain import failpoints

BOT = Path(failpoints.__file__).parents[1]


def named() -> Counter[str]:
    """Every name that the source gives to `fp`."""
    found: Counter[str] = Counter()
    for file in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "fp":
                (name,) = node.args
                assert isinstance(name, ast.Constant), f"{file}:{node.lineno}"
                found[name.value] += 1
    return found


def test_every_place_is_listed_and_every_listed_place_exists() -> None:
    assert sorted(named()) == sorted(failpoints.NAMES)


def test_a_place_is_one_place_except_where_two_rings_ring_the_same_bell() -> None:
    assert [name for name, times in named().items() if times > 1] == ["alarm.rung"]


def test_outside_tests_nobody_watches() -> None:
    assert failpoints._reached is None
