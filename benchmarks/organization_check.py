"""How long `check --organization` takes as the organization grows, beside botocove with the same check.

A server on loopback answers each call after a fixed latency. The waiting alone is what the latencies take:
the calls before the checks (who calls, the organization's id, its accounts, 20 an answer) one after the
other, those of the checks as many at a time as accounts are. It holds neither the start of Python nor any
work between the calls.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.role_check import PEERS, install_peers
from benchmarks.table import ROOT, Row
from tests.e2e.terminal import COMMAND
from tests.organization_server import Account, running

LATENCY = 0.1
SIZES = ("100:16", "100:64", "500:16", "500:64", "2000:16", "2000:64")
BEFORE_THE_CHECKS = ("GetCallerIdentity", "DescribeOrganization", "ListAccounts")


@dataclass(frozen=True)
class Run:
    """What a program took to check an organization."""

    seconds: float
    waiting: float
    processor: float
    """Seconds for each account."""
    megabytes: float


def rows(sizes: tuple[str, ...] = SIZES) -> Iterator[Row]:
    """Compare whole programs, each run once: botocove takes minutes."""
    install_peers()
    for each in sizes:
        size, at_once = each.split(":")
        what = f"check --organization, {int(size):,} accounts, {at_once} at once"
        ours = _run(
            int(size), int(at_once), COMMAND, "check", "--organization", "--output", "csv", "--concurrency"
        )
        yield Row(what, ours.seconds, peer="the waiting alone", theirs=ours.waiting)
        peer = _run(int(size), int(at_once), PEERS, ROOT / "benchmarks" / "peers" / "cove.py")
        yield Row(what, ours.seconds, peer="botocove", theirs=peer.seconds)
    yield Row("  processor time for each account", ours.processor, peer="botocove", theirs=peer.processor)
    yield Row("  the most memory", ours.megabytes, "MB", "botocove", peer.megabytes)


def _run(size: int, at_once: int, *command: str | Path) -> Run:
    accounts = [Account(f"{100000000000 + number}") for number in range(size)]
    with running(accounts, LATENCY) as server:
        environment = (
            os.environ | server.environment | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": str(ROOT)}
        )
        start = time.perf_counter()
        process = subprocess.Popen(
            [*command, str(at_once)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        calls = server.calls()
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}.")
    before = sum(calls.pop(operation) for operation in BEFORE_THE_CHECKS)
    waiting = LATENCY * (before + calls.total() / at_once)
    return Run(seconds, waiting, (usage.ru_utime + usage.ru_stime) / size, usage.ru_maxrss / 1024)
