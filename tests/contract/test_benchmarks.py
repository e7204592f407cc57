"""Every benchmark runs, on sizes that mean nothing, and has figures to show.

All but the comparison of engines, which kills workers and waits for their leases: minutes, at
any size.
"""

from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import BENCHES
from bench.grounds import Database, Grounds
from bench.script import Bench
from tests.servers import RedisServer

SQLITE, POSTGRESQL = Database
PROCESSES = {"webhook": SQLITE, "delivery": POSTGRESQL}
"""Those that start many processes do so on one database, to be done in seconds."""

QUICK = [bench for bench in BENCHES if bench.name != "engines"]


@pytest.fixture
def small(tmp_path: Path, postgres: str, private_redis: RedisServer) -> Grounds:
    return Grounds(tmp_path, lambda: postgres, lambda: private_redis)


@pytest.mark.slow
@pytest.mark.parametrize("bench", QUICK, ids=lambda bench: bench.name)
def test_a_benchmark_runs(bench: Bench[Any], small: Grounds) -> None:
    databases = [PROCESSES[bench.name]] if bench.name in PROCESSES else list(Database)

    result = bench.run(small, bench.tiny, databases)

    assert result.figures
    for figure in result.figures:
        assert 0 <= figure.measured.low <= figure.measured.middle <= figure.measured.high
        assert figure.name in str(result)
