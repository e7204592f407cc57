"""Plays the machine of tests/faults/machine.py for as long as you like.

python -m tests.campaigns.machine --examples 20000 --seed 7
"""

import time

import click
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine import Machine


@click.command()
@click.option("--examples", default=20_000, show_default=True, help="Stories to play.")
@click.option("--steps", default=50, show_default=True, help="The longest of them.")
@click.option("--seed", "number", default=0, help="The same number plays the same stories.")
def main(examples: int, steps: int, number: int) -> None:
    """Play until a story breaks an invariant; it is then shortened and shown."""
    began, played = time.monotonic(), 0

    class Counted(Machine):
        def teardown(self) -> None:
            nonlocal played
            super().teardown()
            played += 1
            if played % 100 == 0:
                minutes = (time.monotonic() - began) / 60
                click.echo(f"{played} of {examples} stories in {minutes:.1f} min")

    run_state_machine_as_test(
        seed(number)(Counted),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    click.echo(f"{played} stories, and every invariant held.")


if __name__ == "__main__":
    main()
