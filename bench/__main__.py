"""All of them, one after the other: `make bench`, or `make bench ARGS=--quick`."""

from __future__ import annotations

from bench import delivery, engines, memory, pages, pickup, turn, webhook
from bench.script import command

BENCHES = [script.BENCH for script in (webhook, delivery, pickup, turn, pages, memory, engines)]
HELP = "Print what the design costs and what it buys, as ratios measured in one run."

if __name__ == "__main__":
    command(BENCHES, HELP)()
