"""PostgreSQL, Redis and our own processes die again and again while candidates write."""

from pathlib import Path

import pytest

from tests.campaigns import chaos
from tests.servers import PostgresServer, RedisServer

CANDIDATES = 40
SEED = 2026


@pytest.mark.slow
def test_nothing_is_lost_or_sent_twice_while_everything_is_killed(
    private_postgres: PostgresServer,
    private_redis: RedisServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    count = chaos.run(tmp_path, private_postgres, private_redis, seed=SEED, people=CANDIDATES)

    assert count.messages == CANDIDATES * chaos.MESSAGES
    assert count.restarts > 0
    assert count.redis.total() > 0
    with capsys.disabled():
        print(f"\n{count}")
