"""The machine that the figures were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from bench.measuring import percentile, seconds

PAGE = b"x" * 4096
SYNCS = 200


def machine(folder: Path, postgres: str = "", redis: str = "") -> str:
    """Return one line; the databases' files are in `folder`."""
    times = [1000 * one for one in fsync_times(folder)]
    servers = [f"PostgreSQL {postgres}"] * bool(postgres) + [f"Redis {redis}"] * bool(redis)
    return ", ".join(
        (
            f"{cores()} cores ({platform.machine()})",
            f"fsync {percentile(times, 0.5):.2f} ms (p99 {percentile(times, 0.99):.2f})",
            f"Python {platform.python_version()}",
            f"SQLite {sqlite3.sqlite_version}",
            *servers,
            f"load {os.getloadavg()[0]:.1f} when it began",
        )
    )


def cores() -> int:
    """Return how many this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # Linux
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def fsync_times(folder: Path) -> list[float]:
    """Return how long a page takes to the disk, in seconds, again and again."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:

        def write() -> None:
            file.seek(0)
            file.write(PAGE)
            os.fsync(file.fileno())

        return [seconds(write) for _ in range(SYNCS)]


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds, shared libraries and all."""
    told = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True
    )
    return int(told.stdout) / 1024
