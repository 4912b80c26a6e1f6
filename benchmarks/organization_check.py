"""How long `private-packages check --organization` takes, and how much memory, as the organization grows.

Run it with `make benchmark`. The installed command asks a server on loopback that answers each call after a
fixed latency. The ideal is what the waiting alone takes: the calls before the checks (who calls, the
organization's id, its accounts, 20 an answer) one after the other, those of the checks as many at a time as
accounts are. It holds neither the start of Python nor any work between the calls.

Sizes and concurrencies of one's own: python -m benchmarks.organization_check 2000:64
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.organization_server import Account, running

LATENCY = 0.1
SIZES = ("100:16", "500:16", "2000:16", "2000:64")
COMMAND = Path(sys.executable).with_name("private-packages")
BEFORE_THE_CHECKS = ("GetCallerIdentity", "DescribeOrganization", "ListAccounts")


def measure(size: int, concurrency: int) -> str:
    """Check an organization of this size once, and return a line of the table."""
    accounts = [Account(f"{100000000000 + number}") for number in range(size)]
    with running(accounts, LATENCY) as server:
        start = time.perf_counter()
        command = subprocess.Popen(
            [COMMAND, "check", "--organization", "--concurrency", str(concurrency), "--output", "csv"],
            env=os.environ | server.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(command.pid, 0)
        seconds = time.perf_counter() - start
        command.returncode = os.waitstatus_to_exitcode(status)
        calls = server.calls()
    if command.returncode:
        raise SystemExit(f"The command ended with {command.returncode}.")
    before = sum(calls.pop(operation) for operation in BEFORE_THE_CHECKS)
    ideal = LATENCY * (before + calls.total() / concurrency)
    cpu = usage.ru_utime + usage.ru_stime
    return (
        f"{size:8,}  {concurrency:11}  {before + calls.total():6,}  {seconds:7.1f} s  {ideal:7.1f} s"
        f"  {seconds / ideal:5.2f}  {cpu / size * 1000:8.1f} ms  {usage.ru_maxrss / 1024:8.0f} MB"
    )


def main(sizes: list[str]) -> None:
    """Print a line for each size and concurrency."""
    print(f"check --organization, {LATENCY * 1000:.0f} ms for each call")
    print("accounts  concurrency   calls  wall time      ideal  ratio  CPU/account  peak memory")
    for size in sizes:
        accounts, concurrency = size.split(":")
        print(measure(int(accounts), int(concurrency)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(SIZES))
