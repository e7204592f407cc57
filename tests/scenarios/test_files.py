"""Every scenario in `files/` holds; each is about one rule."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from bot.scenario.grammar import Scenario
from bot.scenario.house import Street, street
from bot.scenario.judging import judge
from bot.scenario.playing import play
from bot.yamlfile import read_all

FILES = sorted(Path(__file__).with_name("files").glob("*.yaml"))
LANGUAGES = {"en", "es", "pt"}


@pytest.fixture(scope="module")
def houses() -> Iterator[Street]:
    with street(app.actions) as one:
        yield one


def one(file: Path) -> Scenario:
    (told,) = read_all(file, Scenario)
    assert isinstance(told, Scenario), told
    return told


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_holds(file: Path, houses: Street) -> None:
    told = one(file)
    assert told.name == file.stem
    assert judge(play(told, houses)) == []


def test_no_language_is_forgotten() -> None:
    spoken = [one(file).language for file in FILES]

    assert set(spoken) == LANGUAGES
    assert min(spoken.count(language) for language in LANGUAGES) >= len(FILES) / 5
