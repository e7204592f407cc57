"""Whatever happens to two candidates, in whatever order: the invariants hold."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine import Machine


@pytest.mark.slow
def test_nothing_that_happens_in_any_order_breaks_an_invariant() -> None:
    """The same stories in every run; `make stories` plays others, for as long as you like."""
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            derandomize=True,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
