"""Words that recruiters have ready: loads `prompts/ready.yaml`, checks it, and fills it in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, RootModel

from bot.prompts import LANGUAGES, Text, check, supported, unknown
from bot.yamlfile import Strict, read

VARIABLES = ("first_name", "company", "role", "me")
FILE = "ready.yaml"


class ReadyText(Strict):
    name: str = Field(min_length=1)
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)
    pt: str = Field(min_length=1)


class ReadyFile(RootModel[list[ReadyText]]):
    """In the order in which they are offered."""


@dataclass(frozen=True)
class ReadyWords:
    texts: Mapping[str, tuple[Text, ...]]
    """By language; each text has the name that colleagues read."""

    def filled(self, language: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return names and words, of the texts whose variables all have a value."""
        told = {name: value for name, value in known.items() if value}
        texts = self.texts[supported(language)]
        return [(one.name, one.filled(told)) for one in texts if told.keys() >= {*one.variables}]


def load_ready(folder: Path) -> ReadyWords:
    """Raises BadConfig: a language is missing, or a variable is not known."""
    path = folder / FILE
    told = read(path, ReadyFile).root
    return ReadyWords({language: tuple(_texts(path, told, language)) for language in LANGUAGES})


def _texts(path: Path, told: list[ReadyText], language: str) -> Iterable[Text]:
    for number, one in enumerate(told):
        text = Text(one.name, getattr(one, language).strip())
        check(path, (number, language), unknown(text, VARIABLES))
        yield text
