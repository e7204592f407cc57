"""The command `scenario`: files in, one line for each scenario out."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.assembly import Actions
from bot.domain.errors import BadConfig, BadInput
from bot.scenario.grammar import Scenario
from bot.scenario.house import Street, street
from bot.scenario.judging import Failure, judge
from bot.scenario.playing import play
from bot.yamlfile import read_all

PROGRESS_EVERY = 10


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one scenario. Nothing is ever skipped."""

    name: str
    failed: Sequence[Failure] = ()

    @property
    def ok(self) -> bool:
        return not self.failed

    def as_json(self) -> str:
        failed = [asdict(one) for one in self.failed]
        told = {"name": self.name, "ok": self.ok, "failed": failed, "skipped": []}
        return json.dumps(told, ensure_ascii=False)

    def plain(self) -> str:
        lines = [f"{'ok    ' if self.ok else 'FAILED'}  {self.name}"]
        lines += [f"        {one.id} ({one.kind}): {one.why}" for one in self.failed]
        return "\n".join(lines)


def run(
    files: Sequence[Path], actions: Actions, progress: Callable[[str], object]
) -> Iterator[Verdict]:
    """Play every scenario of the files. What is wrong with one file stops no other."""
    told = [one for file in files for one in read(file)]
    with street(actions) as houses:
        for number, (name, one) in enumerate(told, 1):
            yield _verdict(name, one, houses)
            if number % PROGRESS_EVERY == 0 and len(told) > PROGRESS_EVERY:
                progress(f"{number} of {len(told)} scenarios")


def read(file: Path) -> Iterable[tuple[str, Scenario | BadInput]]:
    """Return the scenarios of a file by name, or what is wrong with each."""
    try:
        told = read_all(file, Scenario)
    except BadConfig as error:
        return [(str(file), error)]
    return [(one.name if isinstance(one, Scenario) else str(file), one) for one in told]


def _verdict(name: str, told: Scenario | BadInput, houses: Street) -> Verdict:
    try:
        if isinstance(told, BadInput):
            raise told
        return Verdict(name=name, failed=judge(play(told, houses)))
    except BadInput as error:
        wrong = [Failure(id="", kind="file", why=str(one)) for one in error.mistakes]
        return Verdict(name=name, failed=wrong)
    except Exception as error:  # a crash of the product is a verdict, and the others go on
        what = f"{type(error).__name__}: {error}"
        return Verdict(name=name, failed=[Failure(id="", kind="crash", why=what)])
